import { describe, expect, it } from 'vitest';
import { type AddressRule, parseAddressRule } from '../../../src/notify/address-rule.ts';

function ruleOf(text?: string): AddressRule {
  const parsed = parseAddressRule(text);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.rule;
}

describe('who may be called', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'no address',
  ])('is not %s', (address) => expect(ruleOf().isOpen(address)).toBe(false));

  it.each(['8.8.8.8', '172.32.0.1', '140.82.112.3', '2606:4700::1111', '2a00:1450:4001::200e'])(
    'is %s',
    (address) => expect(ruleOf().isOpen(address)).toBe(true),
  );

  it('is who the installation names besides', () => {
    const rule = ruleOf('10.0.0.0/8, 192.168.1.5, fd00::/8, chat.corp, *.Corp.example');
    expect(['10.9.9.9', '192.168.1.5', 'fd00::7'].map(rule.isOpen)).toEqual([true, true, true]);
    expect(['127.0.0.1', '192.168.1.6', 'fc00::7'].map(rule.isOpen)).toEqual([false, false, false]);
    expect(['chat.corp', 'CHAT.corp', 'a.b.corp.example'].map(rule.isNamed)).toEqual([true, true, true]);
    expect(['chat.corp.evil.example', 'corp.example', 'xcorp.example'].map(rule.isNamed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(['10.0.0.0/40', 'http://chat', '10.0.0.0/8/9', '*', 'fd00::/129'])(
    'cannot be named as %s',
    (text) => {
      expect(parseAddressRule(text)).toMatchObject({ ok: false });
    },
  );
});
