import { type Context, Hono } from 'hono';
import { compress } from 'hono/compress';
import { Refusal } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AskRun } from '../runs/ask-run.ts';
import type { History } from '../runs/history.ts';
import type { OrderRunners } from '../runs/order-runners.ts';
import type { AskReplay } from '../runs/replay-delivery.ts';
import type { RunnerRegistry } from '../runs/runner-registry.ts';
import { addReplayAction } from './add-replay-action.ts';
import { addRunActions } from './add-run-actions.ts';
import { addRunnerPages } from './add-runner-pages.ts';
import { assetRoutes } from './assets.ts';
import { deliveryFilterOf, deliveryListPage } from './delivery-list-page.ts';
import { deliveryPage } from './delivery-page.ts';
import type { Html } from './html-text.ts';
import { placeOf } from './list-pager.ts';
import { type Lookup, textParameter } from './list-query.ts';
import { PageRefusal } from './page-refusal.ts';
import { type PageProblem, problemPage } from './problem-page.ts';
import { keyListPage, keyPage } from './reference-page.ts';
import { runFilterOf } from './run-filters.ts';
import { runListPage } from './run-list-page.ts';
import { runPage } from './run-page.ts';

export type PagePorts = {
  history: Pick<History, 'listRuns' | 'run' | 'listDeliveries' | 'delivery' | 'refusals'>;
  now: () => number;
  /** Absent: the pages only show. */
  askRun?: AskRun;
  /** Absent: there is no page of runners. */
  runners?: { registry: Pick<RunnerRegistry, 'list'>; orderRunners: OrderRunners };
  /** Absent: no delivery can be replayed. */
  askReplay?: AskReplay;
  /** How forges reach this service; where the reader is when not given. */
  publicUrl?: string;
  /** With it an outage is logged and shown as a page; without, it is thrown on to the app around the pages. */
  log?: Pick<Log, 'error'>;
};

const pageSize = 50;

/** Everything comes from this service, and nothing that is written into a page is carried out. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * The pages: HTML made on the server, whole without JavaScript. To be mounted at `/`, behind whatever decides who
 * may read. A correlation id set by the app around them is shown where something went wrong.
 */
export function createPages({ history, now, askRun, runners, askReplay, publicUrl, log }: PagePorts): Hono {
  const pages = new Hono();

  // What the app around the pages has no answer for either: a person gets a page, a program the app's own no.
  pages.use(async (context, next) => {
    await next();
    if (context.res.status !== 404 || !wantsPage(context) || isPage(context.res)) return;
    context.res = undefined;
    context.res = await answer(context, problemPage(noPage(context)), 404);
  });
  pages.route('/', assetRoutes());
  pages.use(compress());

  const runs = async (context: Context) => {
    const lookup = lookupOf(context);
    const filter = runFilterOf(lookup);
    const place = placeOf(lookup);
    const found = await history.listRuns(filter, pageOf(place.before));
    const origin = publicUrl ?? new URL(context.req.url).origin;
    return answer(context, runListPage({ filter, place, runs: found, origin, nowMs: now() }));
  };
  pages.get('/', runs);
  pages.get('/runs', runs);

  pages.get('/runs/:id', async (context) => {
    const run = await history.run(context.req.param('id'));
    if (!run) throw new PageRefusal('not-found', `There is no run "${context.req.param('id')}".`);
    const askedJobId = textParameter(lookupOf(context), 'job');
    return answer(
      context,
      runPage({
        run,
        nowMs: now(),
        withActions: askRun !== undefined,
        ...(askedJobId === undefined ? {} : { askedJobId }),
      }),
    );
  });

  if (askRun) addRunActions(pages, { history, askRun });

  pages.get('/deliveries', async (context) => {
    const lookup = lookupOf(context);
    const filter = deliveryFilterOf(lookup);
    const place = placeOf(lookup);
    const [deliveries, refusals] = await Promise.all([
      history.listDeliveries(filter, pageOf(place.before)),
      history.refusals(),
    ]);
    return answer(context, deliveryListPage({ filter, place, deliveries, refusals, nowMs: now() }));
  });

  pages.get('/deliveries/:id', async (context) => {
    const delivery = await history.delivery(context.req.param('id'));
    if (!delivery) {
      throw new PageRefusal('not-found', `There is no delivery "${context.req.param('id')}".`);
    }
    return answer(context, deliveryPage(delivery, { canReplay: askReplay !== undefined }));
  });

  if (askReplay) addReplayAction(pages, askReplay);

  pages.get('/reference', (context) => answer(context, keyListPage()));
  pages.get('/reference/:key', (context) => {
    const page = keyPage(context.req.param('key'));
    if (page) return answer(context, page);
    throw new PageRefusal('not-found', `A pipeline file has no key "${context.req.param('key')}".`);
  });

  if (runners) addRunnerPages(pages, { ...runners, now }, answer);

  pages.notFound((context) => answer(context, problemPage(noPage(context)), 404));

  pages.onError((error, context) => {
    const correlationId = correlationIdOf(context);
    const known = correlationId === undefined ? {} : { correlationId };
    if (error instanceof PageRefusal) {
      const { status, message } = error;
      return answer(context, problemPage({ status, detail: message, ...known }), status);
    }
    if (error instanceof Refusal && error.code === 'bad-cursor') {
      return answer(context, problemPage({ status: 400, detail: error.message, ...known }), 400);
    }
    if (!log || error instanceof Refusal) throw error;
    log.error({ err: error, correlationId, path: context.req.path }, 'a page could not be made');
    const detail = 'The service could not make this page; its log says why, under this correlation id.';
    return answer(context, problemPage({ status: 500, detail, ...known }), 500);
  });

  return pages;
}

async function answer(
  context: Context,
  page: Html,
  status: 200 | 400 | 404 | 409 | 500 = 200,
): Promise<Response> {
  return context.html(await page, status, { ...securityHeaders, 'cache-control': 'no-store' });
}

function pageOf(before: string | undefined): { limit: number; before?: string } {
  return before === undefined ? { limit: pageSize } : { limit: pageSize, before };
}

function lookupOf(context: Context): Lookup {
  return (name) => context.req.query(name);
}

/** Programs that ask the API for what is not there get its kind of no. */
function wantsPage({ req }: Context): boolean {
  return (
    req.method === 'GET' && !req.path.startsWith('/api/') && !!req.header('accept')?.includes('text/html')
  );
}

function noPage(context: Context): PageProblem {
  const correlationId = correlationIdOf(context);
  const detail = `No page has the address ${context.req.path}.`;
  return { status: 404, detail, ...(correlationId === undefined ? {} : { correlationId }) };
}

function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') === true;
}

function correlationIdOf(context: Context): string | undefined {
  const id: unknown = context.get('correlationId');
  return typeof id === 'string' ? id : undefined;
}
