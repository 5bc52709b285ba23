import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import { type Access, bearerOf, mayUse } from './access.ts';
import { appApi } from './app-api.ts';
import type { Permissions } from './apps.ts';
import { type BareRepository, findCommit } from './bare-repository.ts';
import { type CheckApiParts, checkApi } from './check-api.ts';
import type { CheckRuns } from './check-runs.ts';
import { type CommentApiParts, commentApi } from './comment-api.ts';
import { type CommitStatus, type CommitStatuses, combinedState, currentStatuses } from './commit-statuses.ts';
import { type Faults, holdBack } from './faults.ts';
import { hookApi } from './hook-api.ts';
import { manifestPages } from './manifests.ts';
import { pullRequestApi } from './pull-request-api.ts';
import type { PullRequest } from './pull-requests.ts';
import { type HostUrls, repositoryJson, userJson } from './repository-json.ts';
import type { Webhooks } from './webhooks.ts';

export interface RestApiParts {
  urls: () => HostUrls;
  find: (fullName: string) => BareRepository | undefined;
  statuses: CommitStatuses;
  webhooks: Webhooks;
  pullRequestsOf: (repository: BareRepository) => PullRequest[];
  /** What a branch requires of what is merged into it, by its protection or by a rule set. */
  requiredOf: (repository: BareRepository, branch: string, by: 'protection' | 'ruleset') => string[];
  faults: Faults;
  checks: CheckRuns;
  permissionOf: CheckApiParts['permissionOf'];
  comments: CommentApiParts['comments'];
  /** Who may write, and read what is private. */
  access: Access;
}

/** The part of GitHub's REST API that a CI service uses, below `/api/v3` as on GitHub Enterprise Server. */
export function restApi(parts: RestApiParts): Hono {
  const { urls, find, statuses, webhooks, pullRequestsOf, faults, access } = parts;
  const root = new Hono();
  root.route('/', manifestPages({ apps: access.apps, urls, error: apiError }));
  const app = root.basePath('/api/v3');
  const may = (header: string | undefined, path: { owner: string; repo: string }, wanted: Permissions) =>
    mayUse(access, bearerOf(header), `${path.owner}/${path.repo}`, wanted);

  // An App proves itself by a JWT, not by a token, so that these come before tokens are looked at.
  app.route('/', appApi({ apps: access.apps, find, faults, error: apiError }));

  app.use(async (c, next) => {
    await holdBack(faults);
    const header = c.req.header('authorization');
    if (header !== undefined && !access.knows(bearerOf(header))) {
      return c.json(apiError('Bad credentials', 401), 401);
    }
    return next();
  });

  const repositoryOf = (path: { owner: string; repo: string }, header: string | undefined) => {
    const repository = find(`${path.owner}/${path.repo}`);
    // What somebody may not see does not exist for them.
    return repository?.isPrivate && !may(header, path, {}) ? undefined : repository;
  };

  app.get('/repos/:owner/:repo', (c) => {
    const repository = repositoryOf(c.req.param(), c.req.header('authorization'));
    if (repository === undefined) return c.json(apiError('Not Found', 404), 404);
    return c.json(repositoryJson(urls(), repository));
  });

  app.post('/repos/:owner/:repo/statuses/:sha', async (c) => {
    const fault = faults.statuses.shift();
    if (typeof fault === 'object' && 'lateMs' in fault) await delay(fault.lateMs);
    else if (fault !== undefined) {
      const { status, headers } = typeof fault === 'object' ? fault : { status: fault, headers: {} };
      return c.json(apiError(`Fault ${status}`, status), status as 500, headers);
    }
    const header = c.req.header('authorization');
    const repository = repositoryOf(c.req.param(), header);
    if (repository === undefined) return c.json(apiError('Not Found', 404), 404);
    if (!access.knows(bearerOf(header))) return c.json(apiError('Requires authentication', 401), 401);
    if (!may(header, c.req.param(), { statuses: 'write' })) return c.json(notGranted, 403);
    const request: unknown = await c.req.json().catch(() => undefined);
    if (typeof request !== 'object' || request === null)
      return c.json(apiError('Problems parsing JSON', 400), 400);
    const { sha } = c.req.param();
    // Only a whole id will do, and an unknown one is not "not found" on GitHub.
    if ((await findCommit(repository, sha)) !== sha) {
      return c.json(apiError(`No commit found for SHA: ${sha}`, 422), 422);
    }
    const outcome = statuses.add(repository.fullName, sha, { ...request });
    if ('errors' in outcome)
      return c.json({ ...apiError(outcome.message, 422), errors: outcome.errors }, 422);
    return c.json(statusJson(urls(), repository, outcome), 201);
  });

  app.get('/repos/:owner/:repo/commits/:ref/statuses', async (c) => {
    const repository = repositoryOf(c.req.param(), c.req.header('authorization'));
    const sha = repository && (await findCommit(repository, c.req.param('ref')));
    if (repository === undefined || sha === undefined) return c.json(apiError('Not Found', 404), 404);
    return c.json(
      statuses.list(repository.fullName, sha).map((status) => statusJson(urls(), repository, status)),
    );
  });

  app.get('/repos/:owner/:repo/commits/:ref/status', async (c) => {
    const repository = repositoryOf(c.req.param(), c.req.header('authorization'));
    const sha = repository && (await findCommit(repository, c.req.param('ref')));
    if (repository === undefined || sha === undefined) return c.json(apiError('Not Found', 404), 404);
    const current = currentStatuses(statuses.list(repository.fullName, sha));
    const commit = `${urls().apiUrl}/repos/${repository.fullName}/commits/${sha}`;
    return c.json({
      state: combinedState(current),
      statuses: current.map((status) => statusJson(urls(), repository, status)),
      sha,
      total_count: current.length,
      repository: repositoryJson(urls(), repository),
      commit_url: commit,
      url: `${commit}/status`,
    });
  });

  app.route('/', checkApi({ ...parts, error: apiError }));

  app.get('/repos/:owner/:repo/branches/:branch', (c) => {
    const repository = repositoryOf(c.req.param(), c.req.header('authorization'));
    if (repository === undefined) return c.json(apiError('Branch not found', 404), 404);
    const { branch: name } = c.req.param();
    const contexts = parts.requiredOf(repository, name, 'protection');
    const required = { enforcement_level: contexts.length > 0 ? 'non_admins' : 'off', contexts };
    const isProtected = contexts.length > 0;
    const protection = { enabled: isProtected, required_status_checks: required };
    return c.json({ name, protected: isProtected, protection });
  });

  app.get('/repos/:owner/:repo/rules/branches/:branch', (c) => {
    const repository = repositoryOf(c.req.param(), c.req.header('authorization'));
    if (repository === undefined) return c.json(apiError('Not Found', 404), 404);
    const contexts = parts.requiredOf(repository, c.req.param('branch'), 'ruleset');
    const checks = contexts.map((context) => ({ context }));
    const parameters = { required_status_checks: checks, strict_required_status_checks_policy: false };
    return c.json(contexts.length === 0 ? [] : [{ type: 'required_status_checks', parameters }]);
  });

  const pullRequestOf = (fullName: string, number: number) => {
    const repository = find(fullName);
    return repository && pullRequestsOf(repository).find((pull) => pull.number === number);
  };
  app.route('/', commentApi({ ...parts, pullRequestOf, error: apiError }));

  app.route(
    '/',
    pullRequestApi({
      urls,
      listOf: (path, header) => {
        const isAllowed = header === undefined || may(header, path, { pull_requests: 'read' });
        const repository = isAllowed ? repositoryOf(path, header) : undefined;
        return repository && pullRequestsOf(repository);
      },
      error: apiError,
    }),
  );

  app.route(
    '/',
    hookApi({
      webhooks,
      faults,
      hooksOf: (path, header) => {
        const isAllowed = may(header, path, { repository_hooks: 'read' });
        const repository = isAllowed ? repositoryOf(path, header) : undefined;
        return repository && webhooks.hooksOf(repository.fullName);
      },
      error: apiError,
    }),
  );

  app.notFound((c) => c.json(apiError('Not Found', 404), 404));
  return app;
}

const notGranted = apiError('Resource not accessible by integration', 403);

function apiError(message: string, status: number) {
  return { message, documentation_url: 'https://docs.github.com/rest', status: String(status) };
}

function statusJson(urls: HostUrls, { fullName }: BareRepository, status: CommitStatus) {
  const { id, sha, state, description, target_url, context, createdAt } = status;
  const creator = userJson(urls, 'hookline');
  return {
    url: `${urls.apiUrl}/repos/${fullName}/statuses/${sha}`,
    avatar_url: creator.avatar_url,
    id,
    node_id: Buffer.from(`StatusContext:${id}`).toString('base64'),
    state,
    description,
    target_url,
    context,
    created_at: createdAt.toISOString(),
    updated_at: createdAt.toISOString(),
    creator,
  };
}
