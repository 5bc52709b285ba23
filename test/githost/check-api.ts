import { setTimeout as delay } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import { type Access, bearerOf, mayUse } from './access.ts';
import { type BareRepository, findCommit } from './bare-repository.ts';
import type { CheckRun, CheckRuns } from './check-runs.ts';
import type { Faults } from './faults.ts';
import { type HostUrls, userJson } from './repository-json.ts';

export interface CheckApiParts {
  urls: () => HostUrls;
  checks: CheckRuns;
  access: Access;
  find: (fullName: string) => BareRepository | undefined;
  /** `write`, `read`, `none`, … */
  permissionOf: (repository: BareRepository, login: string) => string;
  faults: Faults;
  error: (message: string, status: number) => object;
}

/** Check runs, and who may write: what an App needs to report and to take orders. */
export function checkApi({ urls, checks, access, find, permissionOf, faults, error }: CheckApiParts): Hono {
  const app = new Hono().basePath('/repos/:owner/:repo');
  const not = (c: Context, status: 403 | 404 | 422, message: string) =>
    c.json(error(message, status), status);
  const secretOf = (c: Context) => bearerOf(c.req.header('authorization'));
  const nameOf = (c: Context) => `${c.req.param('owner')}/${c.req.param('repo')}`;
  const may = (c: Context, level: 'read' | 'write') =>
    mayUse(access, secretOf(c), nameOf(c), { checks: level });

  const written = async (
    c: Context,
    write: (body: unknown) => CheckRun | { message: string },
    status: 200 | 201,
  ) => {
    const fault = faults.checks.shift();
    if (typeof fault === 'number') return c.json(error(`Fault ${fault}`, fault), fault as 500);
    const outcome = write(await c.req.json().catch(() => undefined));
    // It stands, but whoever made it never hears of it.
    if (fault === 'unheard') return c.json(error('Fault 502', 502), 502);
    if (fault) await delay(fault.lateMs);
    if ('message' in outcome) return not(c, 422, outcome.message);
    return c.json(checkJson(urls(), outcome), status);
  };

  app.post('/check-runs', async (c) => {
    const repository = find(nameOf(c));
    if (!repository) return not(c, 404, 'Not Found');
    const grant = access.apps.grantOf(secretOf(c));
    if (!grant || !may(c, 'write')) return not(c, 403, 'Resource not accessible by integration');
    const { head_sha: sha } = await c.req.json<{ head_sha?: string }>();
    if ((await findCommit(repository, String(sha))) !== sha) {
      return not(c, 422, `No commit found for SHA: ${sha}`);
    }
    return written(c, (body) => checks.create(grant.appId, repository.fullName, body), 201);
  });

  const standing = (c: Context) => {
    const repository = find(nameOf(c));
    return repository && checks.find(repository.fullName, Number(c.req.param('id')));
  };

  app.patch('/check-runs/:id', async (c) => {
    const check = standing(c);
    if (!check) return not(c, 404, 'Not Found');
    if (!may(c, 'write')) return not(c, 403, 'Resource not accessible by integration');
    return written(c, (body) => checks.update(check, body), 200);
  });

  app.get('/check-runs/:id', (c) => {
    const check = may(c, 'read') ? standing(c) : undefined;
    return check ? c.json(checkJson(urls(), check)) : not(c, 404, 'Not Found');
  });

  app.get('/commits/:sha/check-runs', (c) => {
    const repository = may(c, 'read') ? find(nameOf(c)) : undefined;
    if (!repository) return not(c, 404, 'Not Found');
    const name = c.req.query('check_name');
    const named = checks
      .list(repository.fullName, c.req.param('sha'))
      .filter((check) => name === undefined || check.name === name);
    const shown = c.req.query('filter') === 'all' ? named : named.slice(0, 1);
    return c.json({ total_count: shown.length, check_runs: shown.map((check) => checkJson(urls(), check)) });
  });

  app.get('/collaborators/:login/permission', (c) => {
    const repository = mayUse(access, secretOf(c), nameOf(c), { metadata: 'read' })
      ? find(nameOf(c))
      : undefined;
    if (!repository) return not(c, 404, 'Not Found');
    const login = c.req.param('login');
    const permission = permissionOf(repository, login);
    return c.json({ permission, role_name: permission, user: userJson(urls(), login) });
  });

  return app;
}

/** As the API answers and as the events have it. */
export function checkJson({ url, apiUrl }: HostUrls, check: CheckRun) {
  const { id, head_sha, name, repository, status, conclusion, external_id, details_url } = check;
  const api = `${apiUrl}/repos/${repository}/check-runs/${id}`;
  return {
    id,
    head_sha,
    node_id: Buffer.from(`CheckRun:${id}`).toString('base64'),
    external_id,
    url: api,
    html_url: `${url}/${repository}/runs/${id}`,
    details_url,
    status,
    conclusion,
    started_at: check.started_at,
    completed_at: check.completed_at,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${api}/annotations`,
    },
    name,
    check_suite: { id: check.appId * 1_000_000, head_sha },
    app: { id: check.appId, slug: 'hookline', name: 'hookline' },
    pull_requests: [],
  };
}
