import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { initBareRepository, readReferences } from './bare-repository.ts';
import { basicAuthentication } from './basic-authentication.ts';
import { type CodecommitKeys, codecommitCredential, faultOfCredential } from './codecommit-credential.ts';
import { type CodecommitEvent, codecommitEvents, codecommitReferences } from './codecommit-event.ts';
import { runHttpBackend } from './http-backend.ts';
import { oneAtATime } from './one-at-a-time.ts';

/**
 * A small CodeCommit for tests and the demo: real git over HTTP behind AWS's signed credentials, and triggers that
 * hand their events to a function. Like CodeCommit it has no commit statuses.
 */
export type CodecommitHost = {
  /** `CODECOMMIT_GIT_URL`. */
  readonly url: string;
  readonly region: string;
  createRepository(name: string): Promise<void>;
  /** An address with a credential of now, good for a quarter of an hour. */
  pushUrl(repository: string): string;
  addTrigger(repository: string, trigger: CodecommitTrigger): void;
  /** Gives an event to the function of its trigger again, as Lambda does after a failure. */
  invokeAgain(event: CodecommitEvent): Promise<void>;
  /** Every call of a function, oldest first. */
  invocations(): Invocation[];
  /** Every request of git, oldest first. */
  requests(): GitRequest[];
  /** The keys that count from now on. */
  setKeys(keys: CodecommitKeys): void;
  /** Resolves when every event of the pushes so far has been handled. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

export type CodecommitTrigger = {
  name: string;
  customData: string;
  /** The Lambda function. */
  invoke: (event: CodecommitEvent) => Promise<unknown>;
  referencesPerPart?: number;
};

export type Invocation = { event: CodecommitEvent; trigger: string; result?: unknown; error?: string };

/** `fault`: why its credential was refused. */
export type GitRequest = { repository: string; service: string; user?: string; fault?: string };

export type CodecommitHostOptions = {
  /** Holds the repositories. */
  directory: string;
  keys: CodecommitKeys;
  now?: () => number;
};

const region = 'eu-central-1';
const account = '111122223333';
const pusher = 'Ada';
/** AWS does not say how many fit into one event; a push may hold so many. */
const mostReferences = 4_000;
const requestLine = /^\/v1\/repos\/([\w.-]+)\/(info\/refs|git-upload-pack|git-receive-pack)$/;

type Repository = { fullName: string; path: string; triggers: (CodecommitTrigger & { id: string })[] };

export async function startCodecommitHost(options: CodecommitHostOptions): Promise<CodecommitHost> {
  const { directory, now = Date.now } = options;
  const repositories = new Map<string, Repository>();
  const requests: GitRequest[] = [];
  const invocations: Invocation[] = [];
  let keys = options.keys;
  let address = '';

  const get = (name: string) => {
    const repository = repositories.get(name);
    if (repository === undefined) throw new Error(`there is no repository ${name}`);
    return repository;
  };
  const underway = new Set<Promise<unknown>>();
  const keepTrackOf = (work: Promise<unknown>) => {
    underway.add(work);
    work.finally(() => underway.delete(work)).catch(() => {});
  };

  async function invoke(trigger: CodecommitTrigger, event: CodecommitEvent): Promise<void> {
    const invocation: Invocation = { event, trigger: trigger.name };
    try {
      invocation.result = await trigger.invoke(event);
    } catch (error) {
      invocation.error = error instanceof Error ? error.message : String(error);
    }
    invocations.push(invocation);
  }

  const push = oneAtATime(async (repository: Repository, receive: () => Promise<void>) => {
    const bare = { path: repository.path };
    const earlier = await readReferences(bare);
    await receive();
    const references = codecommitReferences(earlier, await readReferences(bare));
    for (const trigger of repository.triggers) {
      const { referencesPerPart = mostReferences } = trigger;
      const what = { region, account, repository: repository.fullName, user: pusher, nowMs: now() };
      for (const event of codecommitEvents({ ...what, trigger, references, referencesPerPart })) {
        keepTrackOf(invoke(trigger, event));
      }
    }
  }, keepTrackOf);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, name = '', path = ''] = requestLine.exec(url.pathname) ?? [];
    if (path === '') return void response.writeHead(404).end();
    const service = url.searchParams.get('service') ?? path;
    const sent = basicAuthentication(request.headers.authorization);
    if (sent.user === undefined) {
      requests.push({ repository: name, service, fault: 'no credential' });
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="CodeCommit"' }).end();
    }
    const scope = { region, host: request.headers.host ?? '', repository: name };
    const fault = faultOfCredential(sent, keys, scope, now());
    requests.push({ repository: name, service, user: sent.user, ...(fault === undefined ? {} : { fault }) });
    if (fault !== undefined) return void response.writeHead(403).end();
    const repository = repositories.get(name);
    if (repository === undefined) return void response.writeHead(404).end();
    const serve = () => runHttpBackend(request, response, { repository, path, query: url.search.slice(1) });
    await (path === 'git-receive-pack' ? push(repository, serve) : serve());
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await Promise.allSettled(underway);
  }

  return {
    url: `http://${address}`,
    region,
    async createRepository(name) {
      if (!/^[\w.-]{1,100}$/.test(name) || repositories.has(name))
        throw new Error(`${name} is taken, or no name`);
      const path = join(directory, name);
      await initBareRepository(path, 'main');
      repositories.set(name, { fullName: name, path, triggers: [] });
    },
    pushUrl(repository) {
      const { user, password } = codecommitCredential(keys, { region, host: address, repository }, now());
      return `http://${encodeURIComponent(user)}:${password}@${address}/v1/repos/${repository}`;
    },
    addTrigger: (repository, trigger) => void get(repository).triggers.push({ ...trigger, id: randomUUID() }),
    async invokeAgain(event) {
      const [{ eventTriggerConfigId }] = event.Records;
      const triggers = [...repositories.values()].flatMap((repository) => repository.triggers);
      const trigger = triggers.find(({ id }) => id === eventTriggerConfigId);
      if (trigger === undefined) throw new Error('the event is of no trigger');
      await invoke(trigger, event);
    },
    invocations: () => [...invocations],
    requests: () => [...requests],
    setKeys(changed) {
      keys = changed;
    },
    async settled() {
      while (underway.size > 0) await Promise.allSettled(underway);
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
