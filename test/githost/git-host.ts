import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { type Access, createAccess, mayUse } from './access.ts';
import { type App, createApps, type Installation } from './apps.ts';
import { type BareRepository, initBareRepository, readReferences } from './bare-repository.ts';
import { basicAuthentication } from './basic-authentication.ts';
import { checkJson } from './check-api.ts';
import { type CheckRun, createCheckRuns } from './check-runs.ts';
import { commentPayload } from './comment-payload.ts';
import { type Comment, createComments } from './comments.ts';
import { type CommitStatus, createCommitStatuses } from './commit-statuses.ts';
import { type Faults, noFaults } from './faults.ts';
import { type LfsObjects, lfsApi } from './lfs-api.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { pingPayload } from './ping-payload.ts';
import { createPullRequests, type PullRequest, type PullRequestOptions } from './pull-requests.ts';
import { pushPayload, referenceChanges } from './push-payload.ts';
import { type HostUrls, repositoryJson, userJson } from './repository-json.ts';
import { restApi } from './rest-api.ts';
import { smartHttp } from './smart-http.ts';
import { createWebhooks, type Delivery, type Hook, type HookOptions } from './webhooks.ts';

/**
 * A small GitHub for tests and the demo: real git over HTTP, webhooks as GitHub sends them, commit statuses as
 * GitHub takes them. Everything but the repositories themselves is in memory.
 */
export interface GitHost extends HostUrls {
  /** Where the web pages would be, and clone addresses begin: `GITHUB_SERVER_URL`. */
  readonly url: string;
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** An empty repository, or with `forkOf` a copy of that one's branches and tags. No event is sent. */
  createRepository(
    fullName: string,
    options?: RepositoryOptions,
  ): Promise<{ cloneUrl: string; pushUrl: string }>;
  /** Registers a webhook and waits until its `ping` has been answered or has failed. */
  addHook(repository: string, options: HookOptions): Promise<Hook>;
  /** An App, installed on these repositories with these permissions. */
  installApp(installation: Installation): App;
  addToApp(appId: number, repository: string): void;
  /** The check runs of a commit, the newest first. */
  checks(repository: string, sha: string): CheckRun[];
  /** Somebody presses "Re-run", or one of the check's own buttons. */
  pressCheck(check: CheckRun, by: string, button?: string): void;
  /** Somebody writes below a pull request, or edits what was written there. */
  comment(
    pullRequest: PullRequest,
    text: string,
    by: string,
    options?: { edits?: Comment; isBot?: boolean },
  ): Comment;
  /** What stands below a pull request, the oldest first. */
  comments(pullRequest: PullRequest): Comment[];
  deleteComment(comment: Comment): void;
  /** Nothing is merged into the branch without these. */
  requireChecks(
    repository: string,
    branch: string,
    names: readonly string[],
    by?: 'protection' | 'ruleset',
  ): void;
  /** Any event at all, to the hooks of the repository. */
  send(event: { repository: string; event: string; payload: object }): void;
  /** Who may write; everybody else may read. */
  readonly writers: Set<string>;
  /** Every token that an App had made is refused from now on. */
  revokeAppTokens(): void;
  openPullRequest(options: PullRequestOptions): Promise<PullRequest>;
  /** The statuses that a commit has got, newest first. */
  statuses(repository: string, sha: string): CommitStatus[];
  /** Every attempt to deliver an event, oldest first. */
  deliveries(): Delivery[];
  /** Sends a delivery once more, under its old GUID. */
  redeliver(id: number): Promise<Delivery>;
  /** What all repositories keep in Git LFS. */
  readonly lfs: LfsObjects;
  /** Resolves when every event of the pushes so far has been delivered or has failed. */
  settled(): Promise<void>;
  readonly faults: Faults;
  close(): Promise<void>;
}

export interface RepositoryOptions {
  defaultBranch?: string;
  private?: boolean;
  forkOf?: string;
}

export interface GitHostOptions {
  /** Holds the repositories. */
  directory: string;
  /** What pushes, API writes and private repositories ask for. Without one, everybody may do everything. */
  token?: string;
  port?: number;
  /** By which the tokens of Apps expire. */
  now?: () => number;
}

export async function startGitHost({
  directory,
  token,
  port = 0,
  now = Date.now,
}: GitHostOptions): Promise<GitHost> {
  const repositories = new Map<string, BareRepository>();
  const faults = noFaults();
  const statuses = createCommitStatuses();
  const checks = createCheckRuns();
  const comments = createComments();
  const required = new Map<string, readonly string[]>();
  const writers = new Set<string>();
  const apps = createApps(now);
  const access: Access = createAccess(token, apps);
  const stop = new AbortController();
  const webhooks = createWebhooks({ signal: stop.signal });
  const urls: HostUrls = { url: '', apiUrl: '' };
  // GitHub's names are case-insensitive.
  const find = (fullName: string) => repositories.get(fullName.toLowerCase());
  const get = (fullName: string) => {
    const repository = find(fullName);
    if (repository === undefined) throw new Error(`there is no repository ${fullName}`);
    return repository;
  };
  const pullRequests = createPullRequests(urls, get);

  const underway = new Set<Promise<void>>();
  const keepTrackOf = (work: Promise<void>) => {
    underway.add(work);
    work.finally(() => underway.delete(work)).catch(() => {});
  };
  const send = (event: { repository: string; event: string; payload: object }) =>
    keepTrackOf(webhooks.send(event.repository, event.event, event.payload));

  const handleGit = smartHttp({
    find,
    faults,
    access,
    aroundPush: oneAtATime(async (repository, pusher, push) => {
      const earlier = await readReferences(repository);
      await push();
      const changes = referenceChanges(earlier, await readReferences(repository));
      for (const change of changes) {
        const payload = await pushPayload(urls, repository, change, { earlier, pusher });
        send({ repository: repository.fullName, event: 'push', payload });
      }
      for (const event of await pullRequests.follow(repository)) send(event);
    }, keepTrackOf),
  });
  const lfs: LfsObjects = new Map();
  const handleLfs = lfsApi({
    objects: lfs,
    mayRead(fullName, { headers }) {
      const { password } = basicAuthentication(headers.authorization);
      const isPublic = find(fullName)?.isPrivate === false;
      return (isPublic && password === undefined) || mayUse(access, password, fullName, { contents: 'read' });
    },
  });
  const handleApi = getRequestListener(
    restApi({
      urls: () => urls,
      find,
      statuses,
      checks,
      comments,
      requiredOf: ({ fullName }, branch, by) => [...(required.get(`${fullName} ${branch} ${by}`) ?? [])],
      permissionOf: (_, login) => (writers.has(login) ? 'write' : 'read'),
      webhooks,
      pullRequestsOf: pullRequests.listOf,
      faults,
      access,
    }).fetch,
    {
      overrideGlobalObjects: false,
    },
  );

  const server = createServer((request, response) => {
    if (handleLfs(request, response)) return;
    handleGit(request, response)
      .then((handled) => (handled ? undefined : handleApi(request, response)))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  urls.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  urls.apiUrl = `${urls.url}/api/v3`;

  return {
    ...urls,
    faults,
    lfs,
    async createRepository(fullName, { defaultBranch = 'main', private: isPrivate = false, forkOf } = {}) {
      if (!/^[\w.-]+\/[\w.-]+$/.test(fullName) || find(fullName) !== undefined) {
        throw new Error(`${fullName} is taken, or no name of the form owner/name`);
      }
      const path = join(directory, `${fullName.toLowerCase()}.git`);
      await initBareRepository(path, defaultBranch, forkOf && get(forkOf).path);
      const id = repositories.size + 1;
      const repository = { fullName, path, id, defaultBranch, isPrivate, forkOf, createdAt: new Date() };
      repositories.set(fullName.toLowerCase(), repository);
      const cloneUrl = `${urls.url}/${fullName}.git`;
      const credentials = token === undefined ? '' : `x-access-token:${token}@`;
      return { cloneUrl, pushUrl: cloneUrl.replace('://', `://${credentials}`) };
    },
    async addHook(repository, options) {
      const hook = webhooks.add(get(repository).fullName, options);
      await webhooks.sendTo(hook, 'ping', pingPayload(urls, get(repository), hook));
      return hook;
    },
    installApp: apps.install,
    addToApp: apps.addTo,
    writers,
    comment(pullRequest, text, by, { edits, isBot = false } = {}) {
      const { repository, number: issue } = pullRequest;
      const place = { repository: repository.fullName, issue, author: by };
      const body = { body: text };
      const comment = edits ? comments.edit(edits, body) : comments.write(place, body);
      if ('message' in comment) throw new Error(comment.message);
      const what = { action: edits ? 'edited' : 'created', isBot } as const;
      const payload = commentPayload(urls, pullRequest, comment, what);
      send({ repository: repository.fullName, event: 'issue_comment', payload });
      return comment;
    },
    comments: ({ repository, number }) => comments.list(repository.fullName, number),
    deleteComment: comments.remove,
    requireChecks(repository, branch, names, by = 'protection') {
      required.set(`${get(repository).fullName} ${branch} ${by}`, names);
    },
    send,
    checks: (repository, sha) => checks.list(get(repository).fullName, sha),
    pressCheck(check, by, button) {
      const action = button === undefined ? 'rerequested' : 'requested_action';
      const payload = {
        action,
        check_run: checkJson(urls, check),
        ...(button === undefined ? {} : { requested_action: { identifier: button } }),
        repository: repositoryJson(urls, get(check.repository)),
        sender: userJson(urls, by),
      };
      send({ repository: get(check.repository).fullName, event: 'check_run', payload });
    },
    revokeAppTokens: apps.revokeTokens,
    async openPullRequest(options) {
      const { pullRequest, event } = await pullRequests.open(options);
      send(event);
      return pullRequest;
    },
    statuses: (repository, sha) => statuses.list(get(repository).fullName, sha),
    deliveries: webhooks.deliveries,
    redeliver: webhooks.redeliver,
    async settled() {
      while (underway.size > 0) await Promise.allSettled(underway);
    },
    async close() {
      stop.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.allSettled(underway);
    },
  };
}
