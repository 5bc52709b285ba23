import { type Context, Hono } from 'hono';
import { type Access, bearerOf, mayUse } from './access.ts';
import { commentJson } from './comment-payload.ts';
import type { Comment, Comments } from './comments.ts';
import type { Faults } from './faults.ts';
import type { PullRequest } from './pull-requests.ts';
import { type HostUrls, userJson } from './repository-json.ts';

export interface CommentApiParts {
  urls: () => HostUrls;
  comments: Comments;
  access: Access;
  /** Undefined where there is no such pull request. */
  pullRequestOf: (fullName: string, number: number) => PullRequest | undefined;
  faults: Faults;
  error: (message: string, status: number) => object;
}

/** As whom a token or an App writes. */
const ourselves = 'hookline[bot]';

/** Comments below pull requests and the reactions to them. */
export function commentApi({ urls, comments, access, pullRequestOf, faults, error }: CommentApiParts): Hono {
  const app = new Hono().basePath('/repos/:owner/:repo/issues');
  const nameOf = (c: Context) => `${c.req.param('owner')}/${c.req.param('repo')}`;
  /** GitHub asks for the right to what the comment is of, whatever the address says. */
  const may = (c: Context, level: 'read' | 'write') =>
    mayUse(access, bearerOf(c.req.header('authorization')), nameOf(c), { pull_requests: level });
  const not = (c: Context, status: 403 | 404 | 422, message: string) =>
    c.json(error(message, status), status);
  const notGranted = (c: Context) => not(c, 403, 'Resource not accessible by integration');
  const bodyOf = (c: Context): Promise<unknown> => c.req.json().catch(() => undefined);

  const written = async (
    c: Context,
    write: (body: unknown) => Comment | { message: string },
    done: 200 | 201,
  ) => {
    const fault = faults.comments.shift();
    if (typeof fault === 'number') return c.json(error(`Fault ${fault}`, fault), fault as 500);
    const outcome = write(await bodyOf(c));
    // It stands, but whoever wrote it never hears of it.
    if (fault === 'unheard') return c.json(error('Fault 502', 502), 502);
    return 'message' in outcome ? not(c, 422, outcome.message) : c.json(commentJson(urls(), outcome), done);
  };

  app.get('/:number/comments', (c) => {
    if (!may(c, 'read')) return not(c, 404, 'Not Found');
    const all = comments.list(nameOf(c), Number(c.req.param('number')));
    const perPage = Math.min(Number(c.req.query('per_page') ?? 30), 100);
    const page = Number(c.req.query('page') ?? 1);
    const shown = all.slice((page - 1) * perPage, page * perPage);
    return c.json(shown.map((comment) => commentJson(urls(), comment)));
  });

  app.post('/:number/comments', async (c) => {
    const pull = pullRequestOf(nameOf(c), Number(c.req.param('number')));
    if (!pull) return not(c, 404, 'Not Found');
    if (!may(c, 'write')) return notGranted(c);
    const place = { repository: pull.repository.fullName, issue: pull.number, author: ourselves };
    return written(c, (body) => comments.write(place, body), 201);
  });

  app.patch('/comments/:id', async (c) => {
    const comment = comments.find(nameOf(c), Number(c.req.param('id')));
    if (!comment) return not(c, 404, 'Not Found');
    if (!may(c, 'write')) return notGranted(c);
    return written(c, (body) => comments.edit(comment, body), 200);
  });

  app.post('/comments/:id/reactions', async (c) => {
    const comment = comments.find(nameOf(c), Number(c.req.param('id')));
    if (!comment) return not(c, 404, 'Not Found');
    if (!may(c, 'write')) return notGranted(c);
    const outcome = comments.react(comment, ourselves, await bodyOf(c));
    if ('message' in outcome) return not(c, 422, outcome.message);
    const { id, content, isNew } = outcome;
    return c.json({ id, content, user: userJson(urls(), ourselves) }, isNew ? 201 : 200);
  });

  return app;
}
