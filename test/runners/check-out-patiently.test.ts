import { describe, expect, it } from 'vitest';
import { checkOutPatiently } from '../../runners/check-out-patiently.ts';
import { GitRefusal } from '../../runners/workspace/git-refusal.ts';
import { createVirtualClock } from '../scenarios/lease/virtual-clock.ts';

const away = () => new GitRefusal('unreachable', 'the git server could not be reached.');

/** A host that gives the answers in turn, and what came of asking it. */
async function ask(answers: (() => void)[], options: { limitMs?: number; stop?: AbortController } = {}) {
  const clock = createVirtualClock(0);
  const notes: string[] = [];
  const { signal } = options.stop ?? new AbortController();
  let asked = 0;
  let end: unknown = 'nothing yet';
  const checkout = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.();
  };
  checkOutPatiently(checkout, { clock, signal, note: (text) => notes.push(text) }).then(
    () => {
      end = 'done';
    },
    (error: unknown) => {
      end = error;
    },
  );
  await clock.runUntil(() => end !== 'nothing yet', options.limitMs ?? 3_600_000);
  return { end, asked, notes, tookMs: clock.now() };
}

const fail = (error: Error) => () => {
  throw error;
};

describe('a checkout', () => {
  it('waits for a git host that is away, and says so in the log of the job', async () => {
    const { end, asked, notes } = await ask([fail(away()), fail(away()), () => {}]);
    expect([end, asked]).toEqual(['done', 3]);
    expect(notes).toEqual([
      'the git server could not be reached.\nIt is tried again in 1 s.',
      'the git server could not be reached.\nIt is tried again in 2 s.',
    ]);
  });

  it('of a host that stays away fails after ten minutes with what git said', async () => {
    const { end, tookMs } = await ask([fail(away())]);
    expect(end).toMatchObject({ code: 'unreachable' });
    expect(tookMs).toBeGreaterThanOrEqual(600_000);
    expect(tookMs).toBeLessThan(660_000);
  });

  it('that git refuses for good is not tried again', async () => {
    const { end, asked } = await ask([fail(new GitRefusal('authentication', 'no'))]);
    expect([end, asked]).toMatchObject([{ code: 'authentication' }, 1]);
  });

  it('of a job that is stopped meanwhile ends with it', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const aborting = () => {
      stop.abort(reason);
      throw away();
    };
    expect(await ask([aborting], { stop })).toMatchObject({ end: reason, asked: 1 });
  });
});
