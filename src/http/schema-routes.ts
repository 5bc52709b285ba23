import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { pipelineJsonSchema } from '../../pipelines/json-schema.ts';
import type { AppEnv } from './app-env.ts';

/**
 * `/schema.json`: the JSON Schema of `.hookline.yml`, by which editors complete and check it. They have no key, and it
 * says nothing of this installation, so that everybody may have it.
 */
export function schemaRoutes(): Hono<AppEnv> {
  let made: { text: string; etag: string } | undefined;
  const schema = () => {
    if (made) return made;
    const text = JSON.stringify(pipelineJsonSchema());
    made = { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
    return made;
  };
  return new Hono<AppEnv>().get('/schema.json', (context) => {
    const { text, etag } = schema();
    const headers = { etag, 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' };
    if (context.req.header('if-none-match')?.includes(etag)) return context.body(null, 304, headers);
    return context.body(text, 200, { ...headers, 'content-type': 'application/schema+json' });
  });
}
