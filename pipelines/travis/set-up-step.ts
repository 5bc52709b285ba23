import type { StepDefinition } from '../pipeline.ts';
import { setUp, stepPrelude } from './job-functions.ts';
import { makeStep } from './job-phases.ts';
import type { Services } from './job-services.ts';
import { checkKeysBelow } from './known-keys.ts';
import {
  type Fields,
  fieldsOf,
  flagOf,
  itemsOf,
  type Node,
  type Reader,
  textOf,
  textsOf,
} from './read-node.ts';
import { type Assignment, shellQuoted } from './shell-words.ts';

export type SetUp = {
  job: { node: Node; fields: Fields };
  variables: readonly Assignment[];
  forwards: Services['forwards'];
  /** Lines that have tools keep their files where the cache of the job is. */
  exports: readonly string[];
  /** Variables of Travis that are the job's own. */
  own: Readonly<Record<string, string>>;
  /** Functions that deployments need. */
  functions: readonly string[];
};

/** The steps before the phases: what Travis does by itself when a job begins, and packages. */
export function setUpSteps(
  reader: Reader,
  { job, variables, forwards, exports, own, functions }: SetUp,
): StepDefinition[] {
  const { fields, node } = job;
  const line = reader.map.lineOf(node.path);
  const addons = checkKeysBelow(reader, fields.get('addons'), 'addons');
  const needsShell = variables.some(({ value }) => value === undefined);
  const lines = [
    `export ${Object.entries(own)
      .map(([name, value]) => `${name}="${value}"`)
      .join(' ')}`,
    ...functions,
    ...(forwards.length > 0 ? [forwarder] : []),
    ...forwards.map(({ host, port }) => `travis_forward ${host} ${port}`),
    // In order, for one may be made of another; those that are plain text are in the job's environment as well.
    ...(needsShell ? variables.map(({ name, written }) => `export ${name}=${written}`) : []),
    ...exports,
    ...hostLines(reader, addons?.get('hosts')),
    ...knownHostLines(reader, addons?.get('ssh_known_hosts')),
  ];
  const first = { ...makeStep('set up', line, []), run: setUp(lines) };
  return [first, ...packageStep(reader, addons)];
}

/** Services of Travis listen on 127.0.0.1. Perl is in every Debian and Ubuntu. */
const forwarder = `travis_forward() {
  command -v perl >/dev/null || { echo "no perl: $1 is at $1:$2, but not at 127.0.0.1:$2"; return 0; }
  perl -MIO::Socket::INET -e '
    my ($host, $port) = @ARGV;
    $SIG{CHLD} = "IGNORE";
    my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 64, ReuseAddr => 1) or exit 1;
    while (1) {
      my $client = $listener->accept or next;
      next if fork;
      my $server = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port) or exit 1;
      my ($from, $to) = fork ? ($client, $server) : ($server, $client);
      while (sysread($from, my $data, 65536)) {
        for (my $at = 0; $at < length $data;) {
          my $sent = syswrite($to, $data, length($data) - $at, $at);
          exit unless $sent;
          $at += $sent;
        }
      }
      shutdown($to, 1);
      exit;
    }' "$1" "$2" </dev/null >/dev/null 2>&1 &
}`;

function hostLines(reader: Reader, node: Node | undefined): string[] {
  return textsOf(reader, node, 'names of hosts').map(
    (host) => `echo ${shellQuoted(`127.0.0.1 ${host}`)} >>/etc/hosts`,
  );
}

/** Asked when the job begins, as Travis does: https://docs.travis-ci.com/user/ssh-known-hosts/. */
function knownHostLines(reader: Reader, node: Node | undefined): string[] {
  return textsOf(reader, node, 'names of hosts').flatMap((host) => {
    const [, name, , port] = /^([A-Za-z0-9][\w.-]*)(:(\d{1,5}))?$/.exec(host) ?? [];
    if (name === undefined) {
      if (node)
        reader.warn(node, `${JSON.stringify(host.slice(0, 60))} is no name of a host`, 'it is left out');
      return [];
    }
    const scan = `ssh-keyscan ${port === undefined ? '' : `-p ${port} `}-H ${name}`;
    return [
      `mkdir -p ~/.ssh && ${scan} >>~/.ssh/known_hosts 2>/dev/null || echo 'not known by SSH: ${name}'`,
    ];
  });
}

function packageStep(reader: Reader, addons: Fields | undefined): StepDefinition[] {
  const apt = addons?.get('apt');
  const fields = apt === undefined ? undefined : fieldsOf(apt);
  const listed = fields?.get('packages') ?? addons?.get('apt_packages') ?? (fields ? undefined : apt);
  warnOfApt(reader, fields);
  const node = apt ?? addons?.get('apt_packages');
  const packages = textsOf(reader, listed, 'names of packages').filter((name) => {
    const isName = /^[A-Za-z0-9][A-Za-z0-9+.:=~*-]{0,100}$/.test(name);
    if (!isName && listed)
      reader.error(listed, `${JSON.stringify(name.slice(0, 60))} is no package`, 'names of packages');
    return isName;
  });
  const update = fields?.get('update');
  if (node === undefined || (packages.length === 0 && (update === undefined || flagOf(update) !== true)))
    return [];
  const install = `apt-get install -yq --no-install-suggests --no-install-recommends ${packages.map(shellQuoted).join(' ')}`;
  const commands = [
    'travis_retry sudo apt-get update -qq',
    ...(packages.length > 0 ? [`travis_retry sudo ${install}`] : []),
  ];
  const lines = commands.map((command) => `travis_must ${shellQuoted(command)}`);
  const step = makeStep('apt packages', reader.map.lineOf(node.path), lines);
  return [{ ...step, run: [stepPrelude, ...lines].join('\n') }];
}

function warnOfApt(reader: Reader, fields: Fields | undefined): void {
  for (const [key, node] of fields ?? []) {
    if (['packages', 'update', 'config'].includes(key)) continue;
    if (key !== 'sources') {
      reader.warn(node, `addons.apt.${key} is not supported`, 'nothing is made of it');
      continue;
    }
    for (const source of itemsOf(node)) {
      const name = textOf(reader, source);
      const of = name === undefined ? 'a source' : `the source ${name}`;
      reader.warn(
        source,
        `${of} of packages is not added`,
        'packages that only it has are not found: add it in before_install',
      );
    }
  }
}
