import { describe, expect, it } from 'vitest';
import { closeWithin } from '../../../src/cli/until-stopped.ts';
import { silentLog } from '../../../src/log.ts';

/** Something that closes when it is told to, or never. */
function closable(closes: (graceMs: number) => boolean) {
  const asked: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    asked,
    close(graceMs: number) {
      asked.push(graceMs);
      if (closes(graceMs)) resolve();
      return promise;
    },
  };
}

describe('closing within a grace', () => {
  it('ends when all is closed', async () => {
    const part = closable(() => true);
    await closeWithin(part, 30_000, { hurry: new AbortController().signal, log: silentLog });
    expect(part.asked).toEqual([30_000]);
  });

  it('closes again without any grace when told to hurry', async () => {
    const hurry = new AbortController();
    const part = closable((graceMs) => graceMs === 0);
    const closing = closeWithin(part, 30_000, { hurry: hurry.signal, log: silentLog });
    hurry.abort();
    await closing;
    expect(part.asked).toEqual([30_000, 0]);
  });

  it('does not hang with what never closes', async () => {
    const part = closable(() => false);
    const { signal } = new AbortController();
    await closeWithin(part, 10, { hurry: signal, log: silentLog, lateMs: 10 });
    expect(part.asked).toEqual([10]);
  });

  it('that hurries does not hang either', async () => {
    const hurry = new AbortController();
    const part = closable(() => false);
    const closing = closeWithin(part, 60_000, { hurry: hurry.signal, log: silentLog, lateMs: 10 });
    hurry.abort();
    await closing;
    expect(part.asked).toEqual([60_000, 0]);
  });
});
