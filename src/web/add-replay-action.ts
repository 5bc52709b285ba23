import type { Hono } from 'hono';
import { type AskReplay, replayRefusal } from '../runs/replay-delivery.ts';
import { PageRefusal } from './page-refusal.ts';

/** Where the form of a delivery's page is sent. The answer leads to the page of the new delivery. */
export function addReplayAction(pages: Hono, askReplay: AskReplay): void {
  pages.post('/deliveries/:id/replay', async (context) => {
    const id = context.req.param('id');
    const asked = await askReplay(id, 'somebody on the pages');
    if (asked.answer === 'unknown') throw new PageRefusal('not-found', `There is no delivery "${id}".`);
    if (asked.answer === 'pending') throw new PageRefusal('refused', `No: ${replayRefusal}.`);
    return context.redirect(`/deliveries/${asked.id}`, 303);
  });
}
