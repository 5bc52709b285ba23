import { BlockList, isIP } from 'node:net';

/** Which hosts and addresses may be called though they are not public. */
export type AddressRule = {
  isNamed(host: string): boolean;
  isOpen(address: string): boolean;
};

/** What no stranger's pipeline may have the service call: RFC 6890, RFC 6598, RFC 4291, and what leads to them. */
const closed: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 127, 'ipv6'],
  // IPv4 in another dress: mapped, compatible, translated (NAT64), 6to4 and Teredo.
  ['::ffff:0:0', 96, 'ipv6'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** Reads HOOKLINE_NOTIFY_ALLOW: names (`*.corp.example` for all below one), addresses and networks, with commas between. */
export function parseAddressRule(
  text: string | undefined,
): { ok: true; rule: AddressRule } | { ok: false; problems: readonly string[] } {
  const names: string[] = [];
  const opened = newLists();
  const problems: string[] = [];
  for (const part of (text ?? '').split(',').map((each) => each.trim().toLowerCase())) {
    if (part === '') continue;
    const [address = '', bits, ...more] = part.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    if (
      family &&
      more.length === 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
    ) {
      opened[family].addSubnet(address, bits === undefined ? most : Number(bits), family);
    } else if (/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(part)) names.push(part);
    else {
      problems.push(
        `HOOKLINE_NOTIFY_ALLOW has "${part}"; wanted: a host, *.domain, an address, or a network such as 10.0.0.0/8`,
      );
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const isNamed = (host: string) =>
    names.some((name) =>
      name.startsWith('*.') ? host.toLowerCase().endsWith(name.slice(1)) : host.toLowerCase() === name,
    );
  return { ok: true, rule: { isNamed, isOpen: (address) => isOpen(address, opened) } };
}

/** One list for each family: Node holds addresses of IPv4 against networks of mapped ones, too. */
type Lists = Record<'ipv4' | 'ipv6', BlockList>;

const newLists = (): Lists => ({ ipv4: new BlockList(), ipv6: new BlockList() });
const shut = newLists();
for (const [address, bits, family] of closed) shut[family].addSubnet(address, bits, family);

function isOpen(address: string, opened: Lists): boolean {
  // A link's name behind an address of IPv6 says nothing of what it is.
  const plain = address.replace(/%.*$/, '');
  const family = familyOf(plain);
  if (!family) return false;
  return opened[family].check(plain, family) || !shut[family].check(plain, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  switch (isIP(address)) {
    case 4:
      return 'ipv4';
    case 6:
      return 'ipv6';
    default:
      return undefined;
  }
}
