import { Hono } from 'hono';
import { z } from 'zod';
import { bearerOf } from './access.ts';
import type { Apps } from './apps.ts';
import type { BareRepository } from './bare-repository.ts';
import { type Faults, holdBack } from './faults.ts';

/** GitHub takes ids of repositories too; hookline has names. */
const tokenRequest = z.strictObject({
  repositories: z.array(z.string()).max(500).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
});

/** What an App asks for by its JWT. https://docs.github.com/en/rest/apps/apps */
export function appApi(parts: {
  apps: Apps;
  find: (fullName: string) => BareRepository | undefined;
  faults: Faults;
  error: (message: string, status: number) => object;
}): Hono {
  const { apps, error } = parts;
  const app = new Hono();

  app.get('/repos/:owner/:repo/installation', async (c) => {
    await holdBack(parts.faults);
    const proved = apps.prove(bearerOf(c.req.header('authorization')));
    if ('message' in proved) return c.json(error(proved.message, 401), 401);
    const { owner, repo } = c.req.param();
    const repository = parts.find(`${owner}/${repo}`);
    const id = repository && apps.installationOf(proved.appId, repository.fullName);
    if (id === undefined) return c.json(error('Not Found', 404), 404);
    return c.json({ id, app_id: proved.appId, repository_selection: 'selected', events: [] });
  });

  app.post('/app/installations/:id/access_tokens', async (c) => {
    await holdBack(parts.faults);
    const proved = apps.prove(bearerOf(c.req.header('authorization')));
    if ('message' in proved) return c.json(error(proved.message, 401), 401);
    const request = tokenRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json(error(`Invalid request. ${request.error.message}`, 422), 422);
    const { repositories, permissions } = request.data;
    const made = apps.makeToken(proved.appId, Number(c.req.param('id')), {
      ...(repositories === undefined ? {} : { repositories }),
      ...(permissions === undefined ? {} : { permissions }),
    });
    if ('status' in made) return c.json(error(made.message, made.status), made.status);
    return c.json(
      {
        token: made.token,
        expires_at: new Date(made.grant.expiresAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
        permissions: made.grant.permissions,
        repository_selection: 'selected',
      },
      201,
    );
  });

  return app;
}
