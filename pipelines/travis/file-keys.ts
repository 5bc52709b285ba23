import { type KeySection, keysOf } from './travis-key.ts';

const phase = 'a step of the job; what it exits with counts for nothing';
const must = 'a step of the job; the first line that fails ends the job';

/** Keys at the top of a file, most of which may stand in a job of `jobs.include` as well. Order: that of a reader's questions. */
export const fileSections: readonly KeySection[] = [
  {
    title: 'Where jobs run',
    keys: [
      ...keysOf('as at Travis', [
        [
          'language',
          'chooses the official image, `install` and `script`; others than those below need `HOOKLINE_TRAVIS_IMAGES`',
        ],
        [
          'services',
          'containers beside the job, at 127.0.0.1 and by their names; `docker` is refused, `xvfb` is left out',
        ],
        [
          'env',
          'lines and mappings, `global` and `jobs` (also called `matrix`); encrypted values are left out, and stored as secrets',
        ],
        ['node_js', 'versions of `node:<version>`; a list multiplies the jobs'],
        ['jdk', 'versions of `maven:3-eclipse-temurin-<version>`, from 8 on'],
        ['python', 'versions of `python:<version>` and `pypy:<version>`'],
        ['rvm', 'versions of `ruby:<version>` and `jruby:<version>`; may be called `ruby` or `rbenv`'],
        ['go', 'versions of `golang:<version>`'],
        ['php', 'versions of `php:<version>-cli`'],
        ['rust', 'versions of `rust:<version>`'],
        ['compiler', 'gcc, in `gcc:13`; jobs for clang are left out'],
      ]),
      ...keysOf('otherwise', [
        ['os', 'linux; jobs for other systems are left out, with a warning'],
        ['arch', 'amd64; jobs for other processors are left out, with a warning'],
        [
          'dist',
          'a suite of Ubuntu or Debian, for languages without an image of their own; else it has no effect',
        ],
      ]),
      ...keysOf('no effect', [
        ['sudo', 'jobs are root in their container where the runner is, and `sudo` is there'],
        ['version', 'of the build configuration of Travis'],
        ['trace', 'for the people of Travis'],
        ['keep_netrc', 'no .netrc is made'],
        ['edge', 'there is one version of everything'],
      ]),
      ...keysOf('left out', [
        ['group', 'the image is chosen by language and dist alone'],
        ['stack', 'the image is chosen by language and dist alone'],
        ['virt', 'jobs run in containers'],
        ['vm', 'limits of memory and processors are those of the installation'],
        ['osx_image', 'there is no macOS: jobs run in Linux containers'],
        ['custom_image', 'images of Travis are not had: name one in HOOKLINE_TRAVIS_IMAGES'],
        ['filter_secrets', 'stored secrets are always masked in logs'],
        ['keys', 'no SSH keys are given out: store them as secrets'],
        ['source_key', 'the repository is fetched with the credentials of the installation'],
        ['vault', 'no secrets are fetched from Vault: store them as secrets'],
        ['perforce_test_path', 'only git repositories are built'],
      ]),
    ],
  },
  {
    title: 'What jobs do',
    keys: [
      ...keysOf('as at Travis', [
        ['before_install', must],
        [
          'install',
          `${must}; \`true\` or \`skip\` leaves it out, and without it comes what is usual for the language`,
        ],
        ['before_script', must],
        ['script', 'a step of the job; every line is run, and the job fails in the end when one did'],
        ['after_success', phase],
        ['after_failure', phase],
        ['after_script', phase],
        [
          'before_deploy',
          'run for each deployment that is really made; the first line that fails ends the job',
        ],
        [
          'after_deploy',
          'run after each deployment by a script; for `s3` and `codedeploy` when the files are put aside',
        ],
      ]),
      ...keysOf('otherwise', [
        ['before_cache', 'run after `script` when it succeeded and the job has a cache'],
      ]),
      ...keysOf('left out', [
        ['after_install', 'its commands are not run: Travis has no such phase'],
        ['after_result', 'its commands are not run: Travis has no such phase'],
        ['bundler_args', 'bundle install runs with its usual arguments'],
        ['npm_args', 'npm runs with its usual arguments'],
        ['composer_args', 'composer is not run'],
        ['gobuild_args', 'go test runs with its usual arguments'],
        [
          'go_import_path',
          'the repository is built where it is checked out; code before Go modules may not find its packages',
        ],
        ['gemfile', 'its files do not multiply the jobs, and BUNDLE_GEMFILE is not set'],
        ['virtualenv', 'Python is that of the image'],
        ['workspaces', 'files are not handed from job to job; what later jobs need they have to make again'],
        ['workspace', 'files are not handed from job to job; what later jobs need they have to make again'],
        ['import', 'the imported files are not read: their settings are missing here'],
      ]),
    ],
  },
  {
    title: 'Which jobs there are, and when',
    keys: [
      ...keysOf('as at Travis', [
        ['jobs', 'may be called `matrix`; at most 200 jobs'],
        ['jobs.include', 'jobs with the first of each list of the file, and their own keys over those'],
        ['jobs.exclude', 'jobs of which all that is said is so are not there; `if` is not looked at'],
        [
          'jobs.allow_failures',
          'may be called `allowed_failures`; their failure does not count; `if` is not looked at',
        ],
        ['allow_failure', 'of a job: its failure does not count'],
        ['stages', 'one after the other, in the order of the list and then of the file, each with `if`'],
        ['stage', 'of a job: the stage that it belongs to'],
        ['name', 'of a job'],
        [
          'branches',
          '`only` and `except`, names and patterns, of the file; without it all but `gh-pages`. Not of a single job',
        ],
        ['if', 'of the file, of stages and of jobs'],
      ]),
      ...keysOf('no effect', [['conditions', 'conditions are read as `v1`']]),
      ...keysOf('left out', [
        ['jobs.fast_finish', 'a run ends with its last job, allowed failures among them'],
      ]),
    ],
  },
  {
    title: 'The repository',
    keys: [
      ...keysOf('as at Travis', [
        ['git', 'a pull request is built as it would be merged, where the host says how'],
        ['git.depth', 'commits of history, 50 unless given; `false` is all of it'],
        ['git.submodules', 'checked out with theirs, unless `false`'],
        ['git.lfs_skip_smudge', 'files in Git LFS are fetched, unless `true`'],
        ['git.clone', '`false`: nothing is checked out'],
      ]),
      ...keysOf('otherwise', [['git.strategy', 'the repository is fetched by git, whatever it says']]),
      ...keysOf('no effect', [
        ['git.quiet', 'nothing is said of fetching'],
        ['git.submodules_jobs', 'they are fetched as fast as may be'],
        ['git.symlinks', 'they are what they are in the repository'],
      ]),
      ...keysOf('left out', [
        ['git.autocrlf', 'line ends are checked out as they are stored'],
        ['git.sparse_checkout', 'the whole tree is checked out'],
        ['git.submodules_depth', 'of submodules the one commit is fetched'],
      ]),
    ],
  },
  {
    title: 'Caches',
    keys: [
      ...keysOf('otherwise', [
        [
          'cache',
          'saved at the end of a job that succeeded, when its files have changed; `true` is what the language has, `false` nothing',
        ],
        ['cache.directories', 'below `$HOME` and of the repository; others are left out, with a warning'],
      ]),
      ...keysOf(
        'as at Travis',
        [
          ['npm', '`~/.npm`; of `node_js` without a word of it'],
          ['yarn', '`~/.cache/yarn`'],
          ['pip', '`~/.cache/pip`'],
          ['bundler', '`vendor/bundle`'],
          ['cargo', '`~/.cargo` and `target`'],
          ['ccache', '`~/.ccache`, and its compilers first in PATH'],
          ['composer', '`~/.composer/cache`; not a word of Travis'],
          ['gradle', '`~/.gradle/caches` and `~/.gradle/wrapper`; not a word of Travis'],
          ['maven', '`~/.m2/repository`; not a word of Travis'],
        ],
        'cache.',
      ),
      ...keysOf(
        'no effect',
        [
          ['timeout', 'a store that hangs is given up after a quarter of an hour'],
          ['branch', 'of the tools of Travis'],
          ['edge', 'of the tools of Travis'],
        ],
        'cache.',
      ),
      ...keysOf(
        'left out',
        [
          ['apt', 'packages are fetched anew: they lie outside of the directories that a cache may hold'],
          ['cocoapods', 'there is no macOS: nothing is kept of it'],
          ['packages', 'there is no R in the image: nothing is kept of it'],
        ],
        'cache.',
      ),
    ],
  },
];
