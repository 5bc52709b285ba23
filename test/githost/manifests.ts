import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import type { App, Apps } from './apps.ts';
import type { HostUrls } from './repository-json.ts';

const level = z.enum(['read', 'write']);

/** What GitHub takes of a manifest, and of permissions and events what a CI service asks for. */
const manifestSchema = z
  .strictObject({
    name: z.string().min(1).max(34),
    url: z.url(),
    description: z.string().optional(),
    hook_attributes: z.strictObject({ url: z.url(), active: z.boolean().optional() }),
    redirect_url: z.url(),
    public: z.boolean().optional(),
    default_permissions: z.strictObject({
      checks: level.optional(),
      contents: level.optional(),
      issues: level.optional(),
      merge_queues: level.optional(),
      metadata: z.literal('read').optional(),
      pull_requests: level.optional(),
      statuses: level.optional(),
    }),
    default_events: z.array(z.string()),
  })
  // To subscribe to an event takes the permission to see what it is of.
  .superRefine(({ default_permissions: may, default_events: events }, context) => {
    const needs = [
      ['merge_group', may.merge_queues],
      ['issue_comment', may.issues],
      ['pull_request', may.pull_requests],
      ['check_run', may.checks],
      ['push', may.contents],
    ] as const;
    for (const [event, granted] of needs) {
      if (events.includes(event) && !granted) {
        context.addIssue({ code: 'custom', message: `${event} needs a permission` });
      }
    }
  });

/** An App by its manifest: a form, a code that is good once, and the App for it. */
export function manifestPages(parts: {
  apps: Apps;
  urls: () => HostUrls;
  error: (message: string, status: number) => object;
}): Hono {
  const { apps, urls, error } = parts;
  const codes = new Map<string, App & { name: string; webhookSecret: string }>();
  const app = new Hono();

  const make = async (form: FormData, state: string | undefined) => {
    const read = manifestSchema.safeParse(JSON.parse(String(form.get('manifest'))));
    if (!read.success) return { message: z.prettifyError(read.error) };
    const { name, default_permissions, redirect_url } = read.data;
    const asked = Object.entries(default_permissions);
    const permissions = Object.fromEntries(asked.flatMap(([of, may]) => (may ? [[of, may]] : [])));
    const made = apps.install({ repositories: [], permissions });
    const code = randomBytes(20).toString('hex');
    codes.set(code, { ...made, name, webhookSecret: randomBytes(20).toString('hex') });
    const back = new URL(redirect_url);
    back.searchParams.set('code', code);
    if (state !== undefined) back.searchParams.set('state', state);
    return { back: back.href };
  };

  for (const path of ['/settings/apps/new', '/organizations/:org/settings/apps/new']) {
    // GitHub shows a page with one more button between the form and the way back.
    app.post(path, async (c) => {
      const outcome = await make(await c.req.formData(), c.req.query('state'));
      return 'message' in outcome ? c.text(outcome.message, 422) : c.redirect(outcome.back, 302);
    });
  }

  app.post('/api/v3/app-manifests/:code/conversions', (c) => {
    const made = codes.get(c.req.param('code'));
    if (!made) return c.json(error('Not Found', 404), 404);
    codes.delete(c.req.param('code'));
    const { id, slug, privateKey: pem, name, webhookSecret: webhook_secret } = made;
    const html_url = `${urls().url}/github-apps/${slug}`;
    return c.json(
      { id, slug, name, html_url, pem, webhook_secret, client_id: 'Iv1.0', client_secret: 's' },
      201,
    );
  });

  return app;
}
