import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../app-env.ts';
import { HttpRefusal, type WrongParameter } from '../http-refusal.ts';

export type ApiApp = OpenAPIHono<AppEnv>;

/** Routes added to this app check their parameters and turn up in the API's description. */
export function createApiApp(): ApiApp {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const parameters = result.error.issues.flatMap((issue) => wrongParameters(issue, result.target));
      const detail = parameters.map(({ name, detail: what }) => `${name}: ${what}`).join('; ');
      throw new HttpRefusal('bad-parameter', detail, { parameters });
    },
  });
}

function wrongParameters(issue: z.core.$ZodIssue, target: string): WrongParameter[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({ name, in: target, detail: 'there is no such parameter here' }));
  }
  return [{ name: issue.path.join('.'), in: target, detail: issue.message }];
}

const problemJson = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'For people; may change.' }),
    code: z.string().openapi({ description: 'For programs; stable.' }),
    correlationId: z.string(),
    parameters: z.array(z.object({ name: z.string(), in: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem');

/** Every route may also answer with a problem (RFC 9457). Handlers throw; nobody returns one. */
export const problems = {
  default: {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: problemJson } },
  },
};

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

export const idParameter = z.object({ id: z.string().min(1).max(100) });

/** For lists. The name `before` is the cursor: the `next` of the page that came earlier. */
export const pageQuery = {
  limit: z.coerce
    .number({ error: 'must be a number from 1 to 100' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .default(50),
  before: z.string().min(1, 'must be the `next` of an earlier page').max(200).optional(),
};

/** The next page as a link (RFC 8288), relative: proxies may show the service under another name. */
export function nextLink(requestUrl: string, next: string | undefined): Record<string, string> {
  if (next === undefined) return {};
  const { pathname, searchParams } = new URL(requestUrl);
  searchParams.set('before', next);
  return { link: `<${pathname}?${searchParams}>; rel="next"` };
}
