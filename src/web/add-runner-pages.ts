import type { Context, Hono } from 'hono';
import type { OrderRunners } from '../runs/order-runners.ts';
import type { RunnerRegistry } from '../runs/runner-registry.ts';
import type { Html } from './html-text.ts';
import { PageRefusal } from './page-refusal.ts';
import { runnerListPage } from './runner-list-page.ts';

/** The page of the runners, and where its forms are sent. */
export function addRunnerPages(
  pages: Hono,
  ports: { registry: Pick<RunnerRegistry, 'list'>; orderRunners?: OrderRunners; now: () => number },
  answer: (context: Context, page: Html) => Promise<Response>,
): void {
  const { registry, orderRunners, now } = ports;
  pages.get('/runners', async (context) => {
    const known = await registry.list();
    return answer(context, runnerListPage({ known, nowMs: now(), withActions: orderRunners !== undefined }));
  });
  if (!orderRunners) return;
  const verbs = { drain: 'drain', pause: 'pause', resume: 'work' } as const;
  for (const [verb, order] of Object.entries(verbs)) {
    pages.post(`/runners/:id/${verb}`, async (context) => {
      const id = context.req.param('id');
      const given = await orderRunners(id, order, 'somebody on the pages');
      if (given.outcome === 'unknown') throw new PageRefusal('not-found', `There is no runner "${id}".`);
      return context.redirect('/runners', 303);
    });
  }
}
