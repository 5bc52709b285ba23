import type { LiveLogReader, LogLines } from '../../../src/contract/live-log.ts';

/** A live tail that says what the test says, when the test says it. Each reader gets what is held, then what comes. */
export type ScriptedLiveLog = Pick<LiveLogReader, 'follow'> & {
  send(batch: LogLines): void;
  end(): void;
  /** Breaks every reader's stream off with an error. */
  fail(): void;
  /** Forgets what is held, as a bounded tail does with its oldest lines. */
  forget(): void;
  readers(): number;
};

export function createScriptedLiveLog(): ScriptedLiveLog {
  let held: (LogLines | 'end')[] = [];
  type Reader = { queue: (LogLines | 'end' | 'fail')[]; wake: () => void };
  const readers = new Set<Reader>();

  function tell(item: LogLines | 'end' | 'fail'): void {
    for (const reader of readers) {
      reader.queue.push(item);
      reader.wake();
    }
  }

  return {
    async *follow(_jobId, _attempt, { signal }) {
      const reader: Reader = { queue: [...held], wake: () => {} };
      readers.add(reader);
      const stop = () => reader.wake();
      signal.addEventListener('abort', stop);
      try {
        while (!signal.aborted) {
          const item = reader.queue.shift();
          if (item === 'end') return;
          if (item === 'fail') throw new Error('the tail broke off');
          if (item) yield item;
          else {
            await new Promise<void>((resolve) => {
              reader.wake = resolve;
            });
          }
        }
      } finally {
        signal.removeEventListener('abort', stop);
        readers.delete(reader);
      }
    },
    send(batch) {
      held.push(batch);
      tell(batch);
    },
    end() {
      held.push('end');
      tell('end');
    },
    fail: () => tell('fail'),
    forget: () => {
      held = [];
    },
    readers: () => readers.size,
  };
}
