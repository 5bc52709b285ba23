import type { View, ViewEvent } from './view-event.ts';

export type Screen = {
  /** What it returns is waited for before more of the same job is taken: whoever reads is slow. */
  take(event: ViewEvent): void | Promise<void>;
  /** Takes what moves away; lines that are to be printed wait until `resume`. */
  pause(): void;
  resume(): void;
  /** Takes what moves away for good, and gives the terminal back as it was. Idempotent. */
  close(): void;
};

/** As much of standard output as is needed. */
export type Output = {
  /** False when more should wait for `drain`. */
  write(text: string): boolean;
  once(event: 'drain' | 'error', listener: () => void): unknown;
  off(event: 'drain' | 'error', listener: () => void): unknown;
  rows?: number;
};

const frameMs = 80;
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
/** A line that is longer than the terminal is wide must not become two: they are counted to be taken away. */
const noWrap = '\u001b[?7l';
const wrap = '\u001b[?7h';

/** Draws a view: what it prints stays, and what is live is drawn below it, again and again when `moves`. */
export function openScreen<State>(
  view: View<State>,
  options: { output: Output; moves: boolean; now: () => number },
): Screen {
  const { output, moves, now } = options;
  let state = view.initial;
  let drawn = 0;
  let kept: string[] = [];
  let isPaused = false;
  let isClosed = false;
  const timer = moves ? setInterval(draw, frameMs) : undefined;
  timer?.unref();
  if (moves) output.write(hideCursor);

  function erase(): string {
    const text = drawn === 0 ? '' : `\u001b[${drawn}F\u001b[0J`;
    drawn = 0;
    return text;
  }

  function draw(): void {
    if (isPaused || isClosed) return;
    const lines = view.live(state, { nowMs: now(), rows: output.rows || 24 });
    if (lines.length === 0 && drawn === 0) return;
    const text = `${erase()}${noWrap}${lines.map((line) => `${line}\n`).join('')}${wrap}`;
    drawn = lines.length;
    output.write(text);
  }

  function print(lines: readonly string[]): void | Promise<void> {
    if (lines.length === 0) return;
    if (isPaused) {
      kept.push(...lines);
      return;
    }
    const isTaken = output.write(`${erase()}${lines.map((line) => `${line}\n`).join('')}`);
    if (moves) draw();
    if (!isTaken) return drained(output);
  }

  function resume(): void {
    isPaused = false;
    if (moves) output.write(hideCursor);
    const lines = kept;
    kept = [];
    void print(lines);
  }

  return {
    take(event) {
      const { state: next, print: lines } = view.next(state, event);
      state = next;
      return print(lines);
    },
    pause() {
      if (moves) output.write(`${erase()}${showCursor}`);
      isPaused = true;
    },
    resume,
    close() {
      if (isClosed) return;
      if (isPaused) resume();
      isClosed = true;
      clearInterval(timer);
      if (moves) output.write(`${erase()}${showCursor}`);
    },
  };
}

/** Also when nobody reads any more: whoever waits is then told to stop by others, and could not while it waits here. */
function drained(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      output.off('drain', done);
      output.off('error', done);
      resolve();
    };
    output.once('drain', done);
    output.once('error', done);
  });
}
