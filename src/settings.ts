import { forgeSettings } from './forge-settings.ts';
import type { Setting } from './setting.ts';

/** Every setting there is, in the order of the README. */
export const settingsTable: readonly Setting[] = [
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'address to listen on' },
  { name: 'PORT', fallback: '8080', meaning: 'port to listen on; 0 takes a free one' },
  {
    name: 'HOOKLINE_DATA_DIR',
    fallback: './.hookline',
    meaning: 'where everything is kept that is not kept elsewhere',
  },
  {
    name: 'HOOKLINE_PUBLIC_URL',
    fallback: 'http://HOST:PORT',
    meaning: 'how people and forges reach this installation',
  },
  {
    name: 'HOOKLINE_API_KEY',
    fallback: 'open on loopback, else refuses to start',
    meaning: 'key for the API and the pages, at least 16 characters',
    secret: true,
  },
  {
    name: 'HOOKLINE_MASTER_KEY',
    fallback: 'made at the first start, kept in the data directory',
    meaning: 'seals the secrets of repositories and proves what control says',
    secret: true,
  },
  { name: 'HOOKLINE_SLOTS', fallback: '2', meaning: 'jobs that a runner carries out at the same time' },
  {
    name: 'HOOKLINE_WARM_CONTAINERS',
    fallback: 'as many as slots',
    meaning: 'containers that a runner keeps started for jobs like the last ones; 0 for none',
  },
  { name: 'HOOKLINE_LOG_LEVEL', fallback: 'info', meaning: 'debug, info, warn, error or silent' },
  { name: 'HOOKLINE_LOG_LIMIT_MIB', fallback: '64', meaning: 'most that is kept of the log of one job' },
  { name: 'HOOKLINE_JOB_MEMORY_MIB', fallback: '4096', meaning: 'memory of one job' },
  { name: 'HOOKLINE_JOB_CPUS', fallback: '2', meaning: 'processors of one job' },
  { name: 'HOOKLINE_JOB_PIDS', fallback: '4096', meaning: 'processes and threads of one job' },
  {
    name: 'HOOKLINE_JOB_DISK_MIB',
    fallback: '20480',
    meaning: 'disk of one job, which is ended when it uses more',
  },
  {
    name: 'HOOKLINE_IMAGES',
    fallback: 'every image',
    meaning: 'globs of the images that jobs and their services may run in, such as `node:*,ghcr.io/acme/*`',
  },
  {
    name: 'HOOKLINE_ARTIFACT_DAYS',
    fallback: '90',
    meaning:
      'days that artifacts are kept after their run, 0 for ever; the last green run of a branch and what was deployed always are',
  },
  {
    name: 'HOOKLINE_ARTIFACT_RUNS',
    fallback: 'no limit',
    meaning: 'newest runs of each branch that keep their artifacts',
  },
  {
    name: 'HOOKLINE_LOG_DAYS',
    fallback: '365',
    meaning:
      'days that logs are kept after their run, 0 for ever; those of the last green run of a branch always are',
  },
  {
    name: 'HOOKLINE_CACHE_LIMIT_MIB',
    fallback: '2048',
    meaning: 'most that one cache of a job may hold before it is compressed',
  },
  {
    name: 'HOOKLINE_CACHE_REPOSITORY_MIB',
    fallback: '10240',
    meaning: 'most that is kept of all caches of one repository; those unused for the longest time go first',
  },
  {
    name: 'HOOKLINE_CACHE_LOCAL_MIB',
    fallback: '10240',
    meaning: 'most that a runner keeps of caches on its own disk; 0 for nothing',
  },
  {
    name: 'HOOKLINE_RUN_TIMEOUT_S',
    fallback: 'no limit',
    meaning: 'seconds that a run may take whose pipeline sets no `timeout` for it',
  },
  {
    name: 'HOOKLINE_NO_OUTPUT_TIMEOUT_S',
    fallback: 'no limit',
    meaning: 'seconds that a step may print nothing in a job that sets no `no_output_timeout`',
  },
  {
    name: 'HOOKLINE_QUEUE_TIMEOUT_S',
    fallback: '86400',
    meaning: 'seconds after which a job that no runner takes ends in error',
  },
  {
    name: 'HOOKLINE_LOCAL_DEPLOY',
    fallback: 'no local deployment',
    meaning: 'which repository may deploy to which directories of this host, as which users',
  },
  {
    name: 'HOOKLINE_CODEDEPLOY_LOCAL',
    fallback: 'all are at AWS',
    meaning: 'CodeDeploy groups that are this host, such as `shop/production`, with `;` between',
  },
  {
    name: 'HOOKLINE_DEPLOY_BUCKETS',
    fallback: 'all are at AWS',
    meaning:
      'where buckets of `s3` deployments are instead: an endpoint or a directory, such as `www=https://minio.example.com; docs=/srv/docs`',
  },
  {
    name: 'HOOKLINE_RUNNER_KEY',
    fallback: 'made by `hookline start`',
    meaning: 'private key of this runner',
    secret: true,
  },
  {
    name: 'HOOKLINE_RUNNER_PUBLIC_KEYS',
    fallback: 'the runner of `hookline start`',
    meaning: 'public keys of the runners that may claim builds, with commas between',
  },
  {
    name: 'HOOKLINE_DEPLOYER_PUBLIC_KEYS',
    fallback: 'the runner of `hookline start`',
    meaning: 'public keys of the deployers that may claim deployments, with commas between',
  },
  {
    name: 'HOOKLINE_CONTROL_PUBLIC_KEY',
    fallback: 'given by `hookline start`',
    meaning: 'public key of control: a runner takes jobs from nobody else',
  },
  {
    name: 'HOOKLINE_RUNNER_LABELS',
    fallback: 'system and processor, such as linux and amd64',
    meaning: 'what this runner offers beside those two to jobs that say `runs_on`, with commas between',
  },
  {
    name: 'HOOKLINE_TRAVIS_IMAGES',
    fallback: 'the official images',
    meaning:
      'images for jobs of a `.travis.yml`, such as `node_js=mirror/node:{version}, generic=mirror/builder`',
  },
  {
    name: 'HOOKLINE_TEMPLATES',
    fallback: 'on',
    meaning: 'off: a repository that has no pipeline file is not built, whatever it holds',
  },
  {
    name: 'HOOKLINE_SMTP_URL',
    fallback: 'no e-mail is sent',
    meaning: 'mail server for notifications: `smtp://` or `smtps://USER:PASSWORD@HOST:PORT`',
    secret: true,
  },
  {
    name: 'HOOKLINE_MAIL_FROM',
    fallback: 'none',
    meaning: 'sender of notifications, such as `hookline <ci@example.com>`',
  },
  {
    name: 'HOOKLINE_NOTIFY_SECRET',
    fallback: 'webhooks of notifications are not signed',
    meaning: 'signs what notifications send to webhooks, at least 16 characters',
    secret: true,
  },
  {
    name: 'HOOKLINE_NOTIFY_ALLOW',
    fallback: 'public addresses only',
    meaning:
      'hosts and networks that notifications may call besides, such as `chat.corp.example, 10.0.0.0/8`',
  },
  {
    name: 'HOOKLINE_REPOSITORIES',
    fallback: 'any whose delivery verifies',
    meaning: 'exact names of the repositories that may have runs',
  },
  {
    name: 'HOOKLINE_STOP_GRACE_S',
    fallback: '30',
    meaning: 'seconds that running jobs may go on after SIGTERM',
  },
  {
    name: 'HOOKLINE_STOP_DELAY_S',
    fallback: '5 for `hookline web`, 0 for `hookline start`',
    meaning:
      'seconds after SIGTERM in which `/readyz` says no and requests are still taken, for a proxy to notice',
  },
  ...forgeSettings,
  {
    name: 'REDIS_URL',
    fallback: 'a redis-server of its own',
    meaning:
      'Redis or Valkey for many machines: `redis://`, `rediss://`, `redis+sentinel://HOST,HOST/MASTER` or `redis+cluster://HOST,HOST`',
    secret: true,
  },
  {
    name: 'DATABASE_URL',
    fallback: 'SQLite in the data directory',
    meaning: 'PostgreSQL 13 or newer for many machines, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`',
    secret: true,
  },
  {
    name: 'S3_BUCKET',
    fallback: 'a directory',
    meaning: 'keeps artifacts, logs and caches; with the standard AWS variables',
  },
  { name: 'S3_PREFIX', fallback: 'none', meaning: 'prefix of every key in the bucket' },
  {
    name: 'HOOKLINE_ENGINE',
    fallback: 'docker',
    meaning:
      'what a runner carries out jobs in: `docker`, or `process` for processes of the host without any isolation',
  },
  {
    name: 'HOOKLINE_ALLOW_UNISOLATED',
    fallback: '0',
    meaning: '1 allows `HOOKLINE_ENGINE=process` and `hookline run --no-docker`',
  },
  {
    name: 'DOCKER_HOST',
    fallback: 'unix:///var/run/docker.sock',
    meaning: 'the container engine of a runner',
  },
];
