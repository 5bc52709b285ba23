import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { listRemote } from '../../runners/workspace/list-remote.ts';
import { openMirrors } from '../../runners/workspace/mirror.ts';
import { systemClock } from '../clock.ts';
import { createCodecommitForge } from '../codecommit/codecommit-forge.ts';
import type { Config } from '../config.ts';
import { fingerprint, identityOf } from '../contract/keys.ts';
import { mintCodeCommitCredential } from '../git/codecommit-credential.ts';
import { createGitForge } from '../git/git-forge.ts';
import { createPipelineSource } from '../git/pipeline-source.ts';
import { createRemoteRefs } from '../git/remote-refs.ts';
import { createGithubForge } from '../github/github-forge.ts';
import { createApp } from '../http/app.ts';
import { createReadTail } from '../http/logs/read-tail.ts';
import { serve } from '../http/serve.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import { checkRedis } from '../redis/check-redis.ts';
import { connectRedis, whenReady } from '../redis/connect-redis.ts';
import { createControlLink } from '../redis/redis-link.ts';
import { createLiveLogReader } from '../redis/redis-live-log.ts';
import { createTicketWriter } from '../redis/redis-tickets.ts';
import { createAskRun } from '../runs/ask-run.ts';
import { startControl } from '../runs/control.ts';
import { createCheckReports } from '../runs/create-check-reports.ts';
import { createCommentTexts } from '../runs/create-comment-texts.ts';
import { openJob } from '../runs/open-job.ts';
import { createOrderRunners } from '../runs/order-runners.ts';
import { createAskReplay } from '../runs/replay-delivery.ts';
import { startSchedules } from '../runs/start-schedules.ts';
import { tellAwaitedRunners } from '../runs/tell-awaited-runners.ts';
import { createSecretStore } from '../secrets/secret-store.ts';
import { replayDelivery } from '../sql/replay-delivery.ts';
import { createSqlCheckBook } from '../sql/sql-check-book.ts';
import { createSqlCommands } from '../sql/sql-commands.ts';
import { createSqlCommentBook } from '../sql/sql-comment-book.ts';
import { createSqlHeads } from '../sql/sql-heads.ts';
import { createSqlHistory } from '../sql/sql-history.ts';
import { createSqlInbox } from '../sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../sql/sql-leases.ts';
import { createSqlLimits } from '../sql/sql-limits.ts';
import { createSqlOutbox } from '../sql/sql-outbox.ts';
import { createSqlRecovery } from '../sql/sql-recovery.ts';
import { createSqlRunStore } from '../sql/sql-run-store.ts';
import { createSqlRunners } from '../sql/sql-runners.ts';
import { createSqlSchedules } from '../sql/sql-schedules.ts';
import { createSqlSecrets } from '../sql/sql-secrets.ts';
import { createStatusBefore } from '../sql/status-before.ts';
import { createPages } from '../web/pages.ts';
import { interpretCodecommitEvent } from '../webhooks/codecommit/interpret-codecommit-event.ts';
import { interpretPushEvent } from '../webhooks/generic/interpret-push-event.ts';
import { interpretGithubEvent } from '../webhooks/github/interpret-github-event.ts';
import { readCheckRequest } from '../webhooks/github/read-check-request.ts';
import { readCommentRequest } from '../webhooks/github/read-comment-request.ts';
import { awsKeys } from './aws-keys.ts';
import { cloneBases } from './clone-bases.ts';
import type { DataDirectory } from './data-directory.ts';
import { openBlobs } from './open-blobs.ts';
import { openDatabase } from './open-database.ts';
import { openGithubAccess } from './open-github-access.ts';
import { openKeeping } from './open-keeping.ts';
import { openNotify } from './open-notify.ts';
import { openTemplates } from './open-templates.ts';
import { openWebhooks } from './open-webhooks.ts';
import { redisAddress } from './redis-address.ts';
import { startGithubRecovery } from './start-github-recovery.ts';
import { startHeadRecovery } from './start-head-recovery.ts';

export const leaseMs = 15_000;
const ticketSweepMs = 10_000;
const redisStartMs = 10_000;

/** Public keys of those who may claim. */
export type EnrolledKeys = { runners: readonly string[]; deployers: readonly string[] };

export type Web = {
  readonly url: string;
  /**
   * Says by `/readyz` that it is not ready, and after a while takes no more connections; lets requests under way end for
   * `graceMs`, then stops control. Called again with 0, it waits for nothing more.
   */
  close(graceMs: number): Promise<void>;
};

/** The web process: webhooks, API, pages and control over one store. The only one that opens the database. */
export async function startWeb(
  config: Config,
  options: { redisUrl: string; masterKey: string; enrolled: EnrolledKeys; stopDelayMs: number; log: Log },
  data: DataDirectory,
): Promise<Web> {
  const { log } = options;
  const { now, elapsed } = systemClock;
  const database = await openDatabase(config, data, log);
  const { db } = database;
  const redis = connectRedis(redisAddress(options.redisUrl), { patient: false, log });
  await whenReady(redis, redisStartMs);
  await checkRedis(redis, log);
  const blobs = await openBlobs(config, data);
  await blobs.check();
  await database.takeUp();

  const outbox = createSqlOutbox(db);
  const inbox = createSqlInbox(db, log, { groups: database.groups, insert: database.insert });
  const commands = createSqlCommands(db);
  const store = createSqlRunStore(db, { now, newId, onEffects: outbox.stored, onCommands: commands.stored });
  const vault = createSecretStore(createSqlSecrets(db), options.masterKey, now);
  const registry = createSqlRunners(db);
  const history = tellAwaitedRunners(createSqlHistory(db), registry, now);
  const orderRunners = createOrderRunners(registry, now);
  const askRun = createAskRun({ commands, now, elapsed, newId });
  const askReplay = createAskReplay({ replay: (wanted) => replayDelivery(db, wanted), now, newId });
  const keeping = openKeeping(config, { db, blobs, masterKey: options.masterKey, log });
  const identity = identityOf(options.masterKey);
  const allowedBases = cloneBases(config);
  const mirrors = openMirrors({ directory: data.path('mirrors'), allowedBases });
  const schedules = createSqlSchedules(db);
  const heads = createSqlHeads(db);
  const refs = createRemoteRefs((repository, wanted, { signal }) =>
    listRemote(repository, wanted, { allowedBases, signal }),
  );
  const { serverUrl, apiUrl } = config.github;
  const access = openGithubAccess(config);
  const github = createGithubForge({
    interpret: interpretGithubEvent,
    serverUrl,
    apiUrl,
    ...(access === undefined ? {} : { access }),
    checks: { book: createSqlCheckBook(db), requestOf: readCheckRequest },
    comments: { book: createSqlCommentBook(db), requestOf: readCommentRequest, newMark: newId },
  });
  const codecommit = createCodecommitForge({
    interpret: interpretCodecommitEvent,
    ...(config.codecommit.gitUrl === undefined ? {} : { gitUrl: config.codecommit.gitUrl }),
    keys: awsKeys(),
    mint: mintCodeCommitCredential,
    now,
  });
  const git = createGitForge({ interpret: interpretPushEvent, ...config.git });
  const forges = { github, codecommit, git };
  const { logLimitBytes, job } = config;

  let draining = false;
  let publicUrl = config.publicUrl ?? '';
  const app = createApp({
    history,
    askRun,
    askReplay,
    schedules,
    retention: keeping.retention,
    publicKey: keeping.publicKey,
    runners: { registry, orderRunners },
    blobs,
    liveLogs: createLiveLogReader(redis),
    publicUrl: config.publicUrl ?? `http://${config.host}:${config.port}`,
    pages: createPages({
      history,
      runners: { registry, orderRunners },
      askRun,
      askReplay,
      now,
      log,
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    }),
    ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
    ready: async () => ({
      accepting: draining ? 'stopping' : 'ok',
      database: await told(sql`select 1`.execute(db)),
      redis: await told(redis.ping()),
    }),
    log,
    now,
    newId,
  });
  const webhooks = openWebhooks(config, { inbox, now, newId, log });
  const server = await serve(app, { webhooks, host: config.host, port: config.port, log });
  publicUrl ||= server.url;
  keeping.start({ publicUrl, cloneUrlOf: (change) => forges[change.provider].sourceOf(change).cloneUrl });

  const runUrl = (runId: string) => `${publicUrl}/runs/${runId}`;
  const artifactUrl = (id: string) => `${publicUrl}/api/v1/artifacts/${id}`;

  const control = await startControl(
    {
      store,
      leases: createSqlLeaseStore(db),
      limits: createSqlLimits(db),
      deliveries: inbox,
      commands,
      registry,
      outbox,
      link: createControlLink(redis, `control-${process.pid}`, log),
      tickets: createTicketWriter(redis),
      forges,
      pipelines: createPipelineSource(mirrors),
      calendar: { schedules, refs },
      requests: { history, commands, store },
      heads,
      openJob: (run, wanted) =>
        openJob(run, wanted, { forges, vault, store, limits: { logLimitBytes, ...job } }),
      reportOf: createCheckReports({
        history,
        readTail: createReadTail({ history, blobs }),
        runUrl,
        artifactUrl,
      }),
      commentText: createCommentTexts({ history, runUrl, artifactUrl }),
      runUrl,
      deliveryUrl: (id) => `${publicUrl}/deliveries/${id}`,
      notify: openNotify(config, { statusBefore: createStatusBefore(db), vault, runUrl, now }),
      policy: job,
      ...(config.runTimeoutMs === undefined ? {} : { runTimeoutMs: config.runTimeoutMs }),
      ...(config.repositories === undefined ? {} : { repositories: config.repositories }),
      ...(config.templates ? { templates: openTemplates() } : {}),
      ...(config.travisImages === undefined ? {} : { travisImages: config.travisImages }),
      now,
      elapsed,
      holdNow: database.holdNow,
      newId,
      random: Math.random,
      log,
    },
    {
      identity,
      seed: options.masterKey,
      enrolled: {
        runners: new Set(options.enrolled.runners),
        deployers: new Set(options.enrolled.deployers),
      },
      leaseMs,
      ticketSweepMs,
      queueTimeoutMs: config.queueTimeoutMs,
    },
  );
  const calendar = startSchedules({ schedules, now, elapsed, newId, log });
  const comparing = startHeadRecovery(config, { heads, refs, forges, now, newId, log });
  const recovery = startGithubRecovery(config, {
    store: createSqlRecovery(db),
    inbox,
    forge: github,
    access,
    publicUrl,
    now,
    newId,
    log,
  });
  const { runners, deployers } = options.enrolled;
  log.info(
    { url: server.url, runners: runners.map(fingerprint), deployers: deployers.map(fingerprint) },
    'web is ready',
  );

  let closing: Promise<void> | undefined;
  const hurry = new AbortController();
  async function close(graceMs: number): Promise<void> {
    draining = true;
    server.drain();
    // A proxy looks every few seconds whether we are ready, and sends requests until it has seen that we are not.
    const delayMs = Math.min(options.stopDelayMs, graceMs);
    if (delayMs > 0) log.info(`not ready any more; in ${delayMs} ms no connection is taken`);
    await sleep(delayMs, undefined, { signal: hurry.signal }).catch(() => {});
    await Promise.all([server.close(graceMs), recovery?.close(), calendar.close(), comparing.close()]);
    await Promise.all([control.close(), keeping.close()]);
    await mirrors.close();
    await inbox.close();
    await blobs.close();
    redis.disconnect();
    await database.close();
  }
  return {
    url: server.url,
    close: (graceMs) => {
      if (graceMs <= 0) hurry.abort();
      if (closing && graceMs <= 0) void server.close(0);
      closing ??= close(graceMs);
      return closing;
    },
  };
}

async function told(check: Promise<unknown>): Promise<string> {
  try {
    await check;
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
