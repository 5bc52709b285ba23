import { type KeySection, keysOf } from './travis-key.ts';

const whole = 'the bundle is uploaded as hookline uploads bundles, private and whole';

/** Keys below `deploy` and `notifications`. */
export const deploySections: readonly KeySection[] = [
  {
    title: 'Deployments',
    keys: [
      ...keysOf('otherwise', [
        [
          'deploy',
          '`s3` and `codedeploy` are deployments of hookline, made once when all jobs of the run have succeeded',
        ],
        [
          'deploy.provider',
          '`script`, `s3`, `codedeploy`; where another would deploy, the job fails and says so',
        ],
      ]),
      ...keysOf(
        'as at Travis',
        [
          ['script', 'of `script`: run in the job'],
          ['bucket', 'of `s3` and `codedeploy`; `$NAME` is a variable of the file or a stored secret'],
          ['region', 'us-east-1 unless given; may be `$NAME`'],
          ['application', 'of `codedeploy`; may be `$NAME`'],
          ['deployment_group', 'of `codedeploy`; may be `$NAME`'],
          ['description', 'of `codedeploy`; before the words of hookline'],
          ['file_exists_behavior', 'of `codedeploy`'],
          ['local_dir', 'of `s3`: a directory of the repository'],
          ['upload_dir', 'of `s3`; may hold `$TRAVIS_BRANCH` and its like, and `$NAME`'],
          ['acl', 'of `s3` by itself'],
          ['storage_class', 'of `s3` by itself'],
          ['server_side_encryption', 'of `s3` by itself'],
          ['detect_encoding', 'of `s3` by itself'],
          ['dot_match', 'of `s3`'],
        ],
        'deploy.',
      ),
      ...keysOf(
        'otherwise',
        [
          ['access_key_id', '`$NAME` is the stored secret NAME; anything else the secret AWS_ACCESS_KEY_ID'],
          [
            'secret_access_key',
            '`$NAME` is the stored secret NAME; anything else the secret AWS_SECRET_ACCESS_KEY',
          ],
          ['key', 'of `codedeploy`: where the bundle is put, as a zip, by the deployer'],
          ['bundle_type', 'whatever the job makes, the same files are deployed as a zip'],
          ['wait_until_deployed', 'it is always waited for'],
          ['revision_type', '`s3`; where `github` would deploy, the job fails and says so'],
          ['cache_control', 'of `s3`: one for all files'],
          ['default_text_charset', 'utf-8'],
          ['skip_cleanup', 'what the build made is always still there'],
          ['cleanup', 'what the build made is always still there'],
          ['glob', 'all files of local_dir are uploaded'],
          ['overwrite', 'files that are there already are replaced'],
        ],
        'deploy.',
      ),
      ...keysOf(
        'no effect',
        [
          ['max_threads', 'as fast as may be'],
          ['verbose', 'the log says what is uploaded'],
          ['edge', 'there is one version of it'],
        ],
        'deploy.',
      ),
      ...keysOf(
        'left out',
        [
          ['allow_failure', 'a deployment that fails fails the run'],
          ['run', 'its commands are not run: after_deploy is'],
          ['commit_id', whole],
          ['repository', whole],
          ['endpoint', 'where a bucket is that is not at AWS is for HOOKLINE_DEPLOY_BUCKETS to say'],
          ['force_path_style', 'where a bucket is that is not at AWS is for HOOKLINE_DEPLOY_BUCKETS to say'],
          ['expires', 'the files have no Expires header: cache_control says more'],
          ['index_document_suffix', 'set the index document of the bucket once, at AWS'],
        ],
        'deploy.',
      ),
      ...keysOf(
        'as at Travis',
        [
          ['', 'all of it must hold; a pull request never deploys'],
          ['.branch', 'one or a list; `master` and `main` unless given'],
          ['.all_branches', 'any branch'],
          ['.tags', '`true`: tags alone, of any branch; `false`: no tags'],
          ['.repo', 'the name of the repository'],
          ['.node_js', 'as all keys of versions, and `os`, `arch`, `dist`: the jobs that deploy'],
        ],
        'deploy.on',
      ),
      ...keysOf('as at Travis', [
        ['deploy.on.condition', 'asked in the job; a deployment of which it does not hold is skipped'],
      ]),
    ],
  },
  {
    title: 'Notifications',
    keys: [
      ...keysOf('as at Travis', [
        ['notifications', 'of the file; without a word of e-mail nobody is written to'],
        ['notifications.email', 'addresses, `true` for the author, or a mapping; not of pull requests'],
        ['notifications.email.recipients', 'addresses, or `$NAME` of stored secrets'],
        ['notifications.webhooks', 'addresses, or a mapping; sent in the form of Travis'],
        ['notifications.webhooks.urls', 'addresses, or `$NAME` of stored secrets'],
        ['notifications.slack', 'a room, a list, or a mapping'],
        [
          'notifications.slack.rooms',
          '`$NAME` of a secret that holds an address, or `account:token#channel`',
        ],
        ['notifications.on_success', '`always`, `never`, `change`, of each channel, and so the next'],
        ['notifications.on_failure', '`always` unless given'],
        ['notifications.on_error', 'as on_failure unless given'],
        ['notifications.on_cancel', 'webhooks are told unless it says never'],
        ['notifications.on_pull_requests', 'of slack and webhooks'],
        ['notifications.enabled', '`false`: nobody is told by this channel'],
        ['notifications.if', 'a condition'],
      ]),
      ...keysOf('left out', [
        ['notifications.on_start', 'runs are told of when they end'],
        ['notifications.template', 'the message has the words of hookline'],
      ]),
      ...keysOf(
        'left out',
        ['irc', 'campfire', 'flowdock', 'hipchat', 'msteams', 'pushover'].map((name) => [
          name,
          'nobody is told by them',
        ]),
        'notifications.',
      ),
    ],
  },
];
