import { describe, expect, it } from 'vitest';
import type { DeliverySummary } from '../../../src/runs/history.ts';
import type { AskReplay } from '../../../src/runs/replay-delivery.ts';
import { createPages } from '../../../src/web/pages.ts';
import { createMemoryHistory } from './memory-history.ts';
import { sampleDelivery, sampleNowMs } from './sample-runs.ts';

const delivery = (given: Partial<DeliverySummary> = {}): DeliverySummary => ({
  ...sampleDelivery(),
  id: 'one',
  ...given,
});

function pagesOf(deliveries: DeliverySummary[], askReplay?: AskReplay) {
  const history = createMemoryHistory({ deliveries });
  return createPages({ history, now: () => sampleNowMs, ...(askReplay ? { askReplay } : {}) });
}

const written: AskReplay = async () => ({ answer: 'written', id: 'two' });
const read = async (pages: ReturnType<typeof pagesOf>, path: string) => (await pages.request(path)).text();

describe('the page of a delivery', () => {
  it('says why nothing ran, in the words that were recorded', async () => {
    const reason =
      'refs/heads/wip: branch "wip" matches none of on.push.branches (main), line 3 of .hookline.yml';
    const page = await read(
      pagesOf([delivery({ outcome: 'ignored', reason, runIds: [] })]),
      '/deliveries/one',
    );
    expect(page.replaceAll('&quot;', '"')).toContain(`Nothing ran: <bdi>${reason}</bdi>`);
  });

  it('says that it was recovered, and so does the list', async () => {
    const pages = pagesOf([delivery({ recovered: true })]);
    expect(await read(pages, '/deliveries/one')).toContain(
      "it never arrived, and was found in the sender's log",
    );
    expect(await read(pages, '/deliveries')).toContain('>recovered</span>');
    const found = pagesOf([delivery({ recovered: true, source: 'hookline', event: 'head' })]);
    expect(await read(found, '/deliveries/one')).toContain('no webhook ever named this commit');
  });

  it('links a replay and its original to each other, with who asked for it', async () => {
    const pages = pagesOf([delivery(), delivery({ id: 'two', replayOf: 'one', askedBy: '<ada>' })]);
    expect(await read(pages, '/deliveries/one')).toContain(
      '<dt>Replayed as</dt><dd><a href="/deliveries/two">',
    );
    const replay = await read(pages, '/deliveries/two');
    expect(replay).toContain('<dt>Replay of</dt><dd><a href="/deliveries/one">one</a>');
    expect(replay).toContain('&lt;ada&gt;');
  });

  it('has a button that replays it, which leads to the new delivery', async () => {
    const asked: string[] = [];
    const pages = pagesOf([delivery()], async (id, by) => {
      asked.push(id, by);
      return { answer: 'written', id: 'two' };
    });
    const page = await read(pages, '/deliveries/one');
    expect(page).toContain(
      '<form method="post" action="/deliveries/one/replay"><button>Replay</button></form>',
    );
    const answer = await pages.request('/deliveries/one/replay', { method: 'POST' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/deliveries/two');
    expect(asked).toEqual(['one', 'somebody on the pages']);
  });

  it('has no such button while it is pending, or where nothing can be replayed', async () => {
    expect(await read(pagesOf([delivery({ outcome: 'pending' })], written), '/deliveries/one')).not.toContain(
      '/replay',
    );
    expect(await read(pagesOf([delivery()]), '/deliveries/one')).not.toContain('/replay');
  });

  it('shows a page that says why a replay cannot be had', async () => {
    const pages = pagesOf([delivery()], async (id) => ({ answer: id === 'one' ? 'pending' : 'unknown' }));
    const pending = await pages.request('/deliveries/one/replay', { method: 'POST' });
    expect(pending.status).toBe(409);
    expect(await pending.text()).toContain('nothing to be played again');
    expect((await pages.request('/deliveries/none/replay', { method: 'POST' })).status).toBe(404);
  });
});
