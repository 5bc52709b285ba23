import { isPublicKey, isSeed } from './contract/keys.ts';
import { labelsSchema } from './contract/presence.ts';
import { Refusal } from './errors.ts';
import { type LogLevel, logLevels } from './log.ts';
import {
  defaultApiUrl,
  isLoopback,
  parseImages,
  parseRepositories,
  parseSwitch,
  parseTravisImages,
  parseUrl,
} from './parse-setting.ts';
import { type CodecommitSettings, readCodecommit } from './read-codecommit.ts';
import { type EngineSettings, readEngine } from './read-engine.ts';
import { type GitSettings, readGit } from './read-git.ts';
import { type NotifySettings, readNotify } from './read-notify.ts';
import { type RetentionSettings, readRetention } from './read-retention.ts';
import { settingsTable } from './settings.ts';

export class ConfigRefusal extends Refusal<'invalid'> {}

/** Everything that can be set, read once at start. */
export type Config = Readonly<{
  host: string;
  port: number;
  dataDir: string;
  /** As people and forges reach this installation; absent: made of host and port once they are known. */
  publicUrl?: string;
  apiKey?: string;
  masterKey?: string;
  slots: number;
  warmContainers: number;
  logLevel: LogLevel;
  logLimitBytes: number;
  job: Readonly<{
    memoryBytes: number;
    cpus: number;
    pids: number;
    diskBytes: number;
    images?: readonly string[];
    noOutputTimeoutMs?: number;
  }>;
  /** Of caches of jobs: the most that one may hold, that is kept of one repository, and that is kept on a runner's own disk. */
  cache: Readonly<{ entryBytes: number; repositoryBytes: number; localBytes: number }>;
  runTimeoutMs?: number;
  queueTimeoutMs: number;
  localDeploy?: string;
  codedeployLocal?: string;
  deployBuckets?: string;
  runnerKey?: string;
  runnerPublicKeys: readonly string[];
  deployerPublicKeys: readonly string[];
  controlPublicKey?: string;
  /** Beside those that every runner has by itself. */
  runnerLabels: readonly string[];
  repositories?: ReadonlySet<string>;
  notify: NotifySettings;
  retention: RetentionSettings;
  /** By language, or by language and version. */
  travisImages?: Readonly<Record<string, string>>;
  /** Whether a repository that has no pipeline file gets one by what it holds. */
  templates: boolean;
  stopGraceMs: number;
  /** Absent: as the command has it. */
  stopDelayMs?: number;
  github: Readonly<{
    secrets: readonly string[];
    token?: string;
    /** `privateKey`: as PEM, or the path of a file. */
    app?: Readonly<{ id: number; privateKey: string }>;
    serverUrl: string;
    apiUrl: string;
  }>;
  codecommit: CodecommitSettings;
  git: GitSettings;
  redisUrl?: string;
  databaseUrl?: string;
  s3?: Readonly<{ bucket: string; prefix: string }>;
  dockerHost?: string;
}> &
  Readonly<EngineSettings>;

type Reader = (name: string) => string | undefined;

/**
 * Reads the environment into one frozen object. Rejects all wrong values at once, each with the name of the
 * variable, what it got and what it wants; a variable that is empty counts as unset.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const read: Reader = (name) => environment[name]?.trim() || undefined;
  const check = <T>(name: string, wanted: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = read(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value !== undefined) return value;
    const shown = isSecret(name) ? 'a value (not shown)' : `"${text}"`;
    problems.push(`${name} is ${shown}; wanted: ${wanted}`);
    return undefined;
  };
  const whole = (name: string, least: number, most: number, fallback: number) =>
    check(name, `a whole number from ${least} to ${most}`, (text) => {
      const value = Number(text);
      return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
    }) ?? fallback;
  const url = (name: string) => check(name, 'an address such as https://ci.example.com', parseUrl);
  const key = (name: string) => check(name, 'a key as `hookline keys` prints it', parseSeed);

  const publicUrl = url('HOOKLINE_PUBLIC_URL');
  const masterKey = key('HOOKLINE_MASTER_KEY');
  const runnerKey = key('HOOKLINE_RUNNER_KEY');
  const controlPublicKey = check('HOOKLINE_CONTROL_PUBLIC_KEY', publicKeyText, parsePublicKey);
  const publicKeys = (name: string) =>
    check(name, `${publicKeyText}, several with commas between`, parsePublicKeys) ?? [];
  const runnerPublicKeys = publicKeys('HOOKLINE_RUNNER_PUBLIC_KEYS');
  const deployerPublicKeys = publicKeys('HOOKLINE_DEPLOYER_PUBLIC_KEYS');
  const runnerLabels =
    check('HOOKLINE_RUNNER_LABELS', 'labels of a-z, 0-9, -, _ and ., with commas between', parseLabels) ?? [];
  const repositories = check(
    'HOOKLINE_REPOSITORIES',
    'names such as owner/name, several with commas between',
    parseRepositories,
  );
  const images = check(
    'HOOKLINE_IMAGES',
    'globs of image names such as node:* or ghcr.io/acme/*, with commas between',
    parseImages,
  );
  const travisImages = check(
    'HOOKLINE_TRAVIS_IMAGES',
    'language=image or language:version=image, several with commas between',
    parseTravisImages,
  );
  const templates = check('HOOKLINE_TEMPLATES', 'on or off', parseSwitch);
  const logLevel = check('HOOKLINE_LOG_LEVEL', logLevels.join(', '), (text) =>
    logLevels.find((level) => level === text),
  );
  const redisForms =
    'redis://…, rediss://…, redis+sentinel://HOST,HOST/MASTER, redis+cluster://HOST,HOST or unix:///path/to/redis.sock';
  const redisUrl = check('REDIS_URL', redisForms, (text) =>
    /^(rediss?(\+sentinel|\+cluster)?|unix):\/\/\S+$/.test(text) ? text : undefined,
  );
  const databaseUrl = check('DATABASE_URL', 'postgres://USER:PASSWORD@HOST:PORT/DATABASE', (text) =>
    /^postgres(ql)?:\/\/\S+$/.test(text) ? text : undefined,
  );
  const githubToken = read('GITHUB_TOKEN');
  const githubApp = readGithubApp(read, whole, problems);
  const githubServer = url('GITHUB_SERVER_URL') ?? 'https://github.com';
  const host = read('HOST') ?? '127.0.0.1';
  const apiKey = check('HOOKLINE_API_KEY', 'at least 16 characters', (text) =>
    text.length >= 16 ? text : undefined,
  );
  if (apiKey === undefined && !isLoopback(host) && !environment['HOOKLINE_API_KEY']) {
    problems.push(
      `HOST is "${host}", which others can reach, and HOOKLINE_API_KEY is not set; wanted: a key of at least 16 characters, or HOST=127.0.0.1 behind a proxy that asks who it is`,
    );
  }
  const noOutputTimeoutS = whole('HOOKLINE_NO_OUTPUT_TIMEOUT_S', 0, longestLimitS, 0);
  const runTimeoutS = whole('HOOKLINE_RUN_TIMEOUT_S', 0, longestLimitS, 0);
  const stopDelayS = whole('HOOKLINE_STOP_DELAY_S', 0, 3_600, -1);
  const bucket = read('S3_BUCKET');
  const localDeploy = read('HOOKLINE_LOCAL_DEPLOY');
  const codedeployLocal = read('HOOKLINE_CODEDEPLOY_LOCAL');
  const deployBuckets = read('HOOKLINE_DEPLOY_BUCKETS');
  const dockerHost = read('DOCKER_HOST');
  const notify = readNotify(read, check, problems);

  const slots = whole('HOOKLINE_SLOTS', 1, 256, 2);

  const config: Config = {
    host,
    port: whole('PORT', 0, 65_535, 8080),
    dataDir: read('HOOKLINE_DATA_DIR') ?? '.hookline',
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(masterKey === undefined ? {} : { masterKey }),
    slots,
    warmContainers: whole('HOOKLINE_WARM_CONTAINERS', 0, 256, slots),
    logLevel: logLevel ?? 'info',
    logLimitBytes: whole('HOOKLINE_LOG_LIMIT_MIB', 1, 10_240, 64) * 1024 * 1024,
    job: {
      memoryBytes: whole('HOOKLINE_JOB_MEMORY_MIB', 64, 1_048_576, 4_096) * 1024 * 1024,
      cpus: whole('HOOKLINE_JOB_CPUS', 1, 1_024, 2),
      pids: whole('HOOKLINE_JOB_PIDS', 16, 1_000_000, 4_096),
      diskBytes: whole('HOOKLINE_JOB_DISK_MIB', 16, 1_073_741_824, 20_480) * 1024 * 1024,
      ...(images === undefined ? {} : { images }),
      ...(noOutputTimeoutS === 0 ? {} : { noOutputTimeoutMs: noOutputTimeoutS * 1000 }),
    },
    cache: {
      entryBytes: whole('HOOKLINE_CACHE_LIMIT_MIB', 1, 1_048_576, 2_048) * 1024 * 1024,
      repositoryBytes: whole('HOOKLINE_CACHE_REPOSITORY_MIB', 1, 16_777_216, 10_240) * 1024 * 1024,
      localBytes: whole('HOOKLINE_CACHE_LOCAL_MIB', 0, 16_777_216, 10_240) * 1024 * 1024,
    },
    ...(runTimeoutS === 0 ? {} : { runTimeoutMs: runTimeoutS * 1000 }),
    queueTimeoutMs: whole('HOOKLINE_QUEUE_TIMEOUT_S', 1, longestLimitS, 86_400) * 1000,
    ...(localDeploy === undefined ? {} : { localDeploy }),
    ...(codedeployLocal === undefined ? {} : { codedeployLocal }),
    ...(deployBuckets === undefined ? {} : { deployBuckets }),
    ...(runnerKey === undefined ? {} : { runnerKey }),
    runnerPublicKeys,
    deployerPublicKeys,
    runnerLabels,
    ...(controlPublicKey === undefined ? {} : { controlPublicKey }),
    ...(repositories === undefined ? {} : { repositories }),
    notify,
    retention: readRetention(whole),
    ...(travisImages === undefined ? {} : { travisImages }),
    ...(stopDelayS < 0 ? {} : { stopDelayMs: stopDelayS * 1000 }),
    templates: templates ?? true,
    stopGraceMs: whole('HOOKLINE_STOP_GRACE_S', 0, 86_400, 30) * 1000,
    github: {
      secrets: [read('GITHUB_WEBHOOK_SECRET'), read('GITHUB_WEBHOOK_SECRET_PREVIOUS')].filter(isSet),
      ...(githubToken === undefined ? {} : { token: githubToken }),
      ...(githubApp === undefined ? {} : { app: githubApp }),
      serverUrl: githubServer,
      apiUrl: url('GITHUB_API_URL') ?? defaultApiUrl(githubServer),
    },
    codecommit: readCodecommit(read, check),
    git: readGit(check, whole),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(bucket === undefined ? {} : { s3: { bucket, prefix: read('S3_PREFIX') ?? '' } }),
    ...(dockerHost === undefined ? {} : { dockerHost }),
    ...readEngine(check, problems),
  };
  problems.push(...misspelt(environment));
  if (problems.length > 0) throw new ConfigRefusal('invalid', problems.join('\n'));
  return Object.freeze(config);
}

/** A service that is both would say everything twice, or in a way that nobody chose. */
function readGithubApp(
  read: Reader,
  whole: (name: string, least: number, most: number, fallback: number) => number,
  problems: string[],
): Config['github']['app'] {
  const id = whole('GITHUB_APP_ID', 1, Number.MAX_SAFE_INTEGER, 0);
  const privateKey = read('GITHUB_APP_PRIVATE_KEY');
  if (read('GITHUB_APP_ID') === undefined && privateKey === undefined) return undefined;
  if (read('GITHUB_APP_ID') === undefined || privateKey === undefined) {
    problems.push('GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY go together, and one of them is not set');
  }
  if (read('GITHUB_TOKEN') !== undefined) {
    problems.push('GITHUB_TOKEN and a GitHub App are both set; wanted: one of them, so unset the other');
  }
  return id === 0 || privateKey === undefined ? undefined : { id, privateKey };
}

/** A month. */
const longestLimitS = 31 * 86_400;

const publicKeyText = 'a public key as `hookline keys` prints it';

/** A variable of ours that does not exist is a slip: the setting that was meant would silently not be in force. */
function misspelt(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(settingsTable.map((setting) => setting.name));
  return Object.keys(environment)
    .filter((name) => name.startsWith('HOOKLINE_') && !known.has(name))
    .map((name) => `${name} is not a setting; those that are stand in the README and in \`hookline config\``);
}

export function isSecret(name: string): boolean {
  return settingsTable.some((setting) => setting.name === name && setting.secret === true);
}

function parseSeed(text: string): string | undefined {
  return isSeed(text) ? text : undefined;
}

function parsePublicKey(text: string): string | undefined {
  return isPublicKey(text) ? text : undefined;
}

function parsePublicKeys(text: string): string[] | undefined {
  const keys = text.split(',').map((part) => part.trim());
  return keys.every(isPublicKey) ? keys : undefined;
}

function parseLabels(text: string): string[] | undefined {
  const labels = text.split(',').map((part) => part.trim());
  return labelsSchema.safeParse(labels).success ? labels : undefined;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined;
}
