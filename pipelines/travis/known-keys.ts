import { nearestTo } from '../nearest.ts';
import { quote } from '../yaml-path.ts';
import { languages } from './languages.ts';
import { type Fields, fieldsOf, type Node, type Reader } from './read-node.ts';

/** What a key that is not carried out means for the build; '' for one without any effect at Travis either. */
type Consequences = Readonly<Record<string, string>>;

const whole: Consequences = {
  filter_secrets: 'stored secrets are always masked in logs',
  group: 'the image is chosen by language and dist alone',
  vm: 'limits of memory and processors are those of the installation',
  workspaces: 'files are not handed from job to job; what later jobs need they have to make again',
  workspace: 'files are not handed from job to job; what later jobs need they have to make again',
  import: 'the imported files are not read: their settings are missing here',
  osx_image: 'there is no macOS: jobs run in Linux containers',
  xcode_project: 'there is no Xcode: jobs run in Linux containers',
  gemfile: 'its files do not multiply the jobs, and BUNDLE_GEMFILE is not set',
  perforce_test_path: 'only git repositories are built',
  android: 'no Android components are installed',
  bundler_args: 'bundle install runs with its usual arguments',
  npm_args: 'npm runs with its usual arguments',
  composer_args: 'composer is not run',
  gobuild_args: 'go test runs with its usual arguments',
  go_import_path:
    'the repository is built where it is checked out; code before Go modules may not find its packages',
  virtualenv: 'Python is that of the image',
  mono: 'there is no Mono in the image',
  dotnet: 'there is no .NET in the image',
  conda: 'there is no conda in the image',
  version: '',
  sudo: '',
  trace: '',
  keep_netrc: '',
};

const git: Consequences = {
  depth: 'how much history is fetched is up to hookline',
  quiet: '',
  strategy: 'the repository is always fetched by git',
  autocrlf: 'line ends are checked out as they are stored',
  clone: 'the commit is always checked out',
  lfs_skip_smudge: 'files in Git LFS stay pointers',
  sparse_checkout: 'the whole tree is checked out',
  submodules_depth: 'submodules are fetched whole',
  submodules_jobs: '',
  symlinks: '',
};

const addons: Consequences = {
  chrome: 'no Chrome is installed: take an image that has it',
  firefox: 'no Firefox is installed: take an image that has it',
  apt_packages: '',
  snaps: 'no snaps are installed: there is no snapd in containers',
  homebrew: 'there is no macOS: nothing is installed',
  sonarcloud: 'no scanner is installed and no token is set',
  sonarqube: 'no scanner is installed and no token is set',
  sauce_connect: 'no tunnel to Sauce Labs is opened',
  browserstack: 'no tunnel to BrowserStack is opened',
  jwt: 'no token is made',
  coverity_scan: 'nothing is sent to Coverity',
  code_climate: 'CODECLIMATE_REPO_TOKEN is not set: store it as a secret',
  artifacts: 'nothing is uploaded: see the files that deployments keep',
  rethinkdb: 'no RethinkDB is started',
  srcclr: 'nothing is scanned',
  pkg: 'nothing is installed: FreeBSD only',
};

/** Keys with a meaning here, by where they stand. */
const meant = {
  file: [
    ...[
      'language',
      'os',
      'arch',
      'dist',
      'env',
      'branches',
      'git',
      'services',
      'addons',
      'jobs',
      'matrix',
      'stages',
    ],
    ...[
      'if',
      'conditions',
      'notifications',
      'stage',
      'name',
      'before_install',
      'install',
      'before_script',
      'script',
      'cache',
      'before_cache',
    ],
    ...['after_success', 'after_failure', 'before_deploy', 'deploy', 'after_deploy', 'after_script'],
    ...Object.values(languages).flatMap(({ key }) => key ?? []),
  ],
  git: ['submodules'],
  addons: ['apt', 'postgresql', 'mariadb', 'hosts'],
} as const;

const consequences = { file: whole, git, addons };

/** Says of each key that it is not carried out what follows from that, and of each that nobody knows that it is none. */
export function checkKeys(reader: Reader, fields: Fields, place: keyof typeof meant): void {
  const known: readonly string[] = meant[place];
  for (const [key, node] of fields) {
    if (known.includes(key)) continue;
    const consequence = consequences[place][key];
    if (consequence === '') continue;
    if (consequence !== undefined) {
      reader.warn(node, `${key} is not supported`, consequence);
      continue;
    }
    // Where anchors are kept for the rest of the file.
    if (/^([_.]|x_)/.test(key)) continue;
    const nearest = nearestTo(key, [...known, ...Object.keys(consequences[place])]);
    const hint =
      nearest === undefined ? 'nothing is made of it' : `did you mean ${nearest}? Nothing is made of it`;
    reader.warn(node, `no key of a .travis.yml is called ${quote(key)}`, hint);
  }
}

/** As `checkKeys`, for what stands below a key of the file. */
export function checkKeysBelow(
  reader: Reader,
  node: Node | undefined,
  place: 'git' | 'addons',
): Fields | undefined {
  const fields = node === undefined ? undefined : fieldsOf(node);
  if (fields) checkKeys(reader, fields, place);
  return fields;
}
