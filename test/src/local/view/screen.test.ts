import { describe, expect, it, onTestFinished } from 'vitest';
import { openScreen } from '../../../../src/local/view/screen.ts';
import type { View } from '../../../../src/local/view/view-event.ts';

/** Prints every note, and shows below how many there were. */
const counting: View<number> = {
  initial: 0,
  next: (count, event) => ({ state: count + 1, print: event.type === 'note' ? [event.text] : [] }),
  live: (count) => [`${count} so far`, 'more to come'],
};

function open(moves: boolean) {
  let written = '';
  const waiting: (() => void)[] = [];
  let isFull = false;
  const screen = openScreen(counting, {
    moves,
    now: () => 0,
    output: {
      rows: 24,
      write(text) {
        written += text;
        return !isFull;
      },
      once: (_event, listener) => waiting.push(listener),
      off: () => {},
    },
  });
  onTestFinished(() => screen.close());
  return {
    screen,
    note: (text: string) => screen.take({ type: 'note', text }),
    /** What a terminal would show. */
    shown: () => render(written),
    written: () => written,
    fill: (now: boolean) => {
      isFull = now;
      if (!now) for (const wake of waiting) wake();
    },
  };
}

/** As much of a terminal as the screen makes use of. */
function render(written: string): string[] {
  const lines = [''];
  const tokens = /~\[(?:(\d+)F|(0J)|\?\d+[hl])|(\n)|([^~\n]+)/g;
  for (const [, up, clear, end, text] of written.replaceAll('\u001b', '~').matchAll(tokens)) {
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up) + 1, '');
    else if (end !== undefined) lines.push('');
    else if (clear === undefined && text !== undefined) lines[lines.length - 1] += text;
  }
  return lines.slice(0, -1);
}

describe('the screen', () => {
  it('keeps what is printed above what moves', () => {
    const { note, shown } = open(true);
    void note('one');
    expect(shown()).toEqual(['one', '1 so far', 'more to come']);
    void note('two');
    expect(shown()).toEqual(['one', 'two', '2 so far', 'more to come']);
  });

  it('gives the terminal back as it was, once', () => {
    const { note, screen, shown, written } = open(true);
    void note('one');
    screen.close();
    const before = written();
    screen.close();
    expect(shown()).toEqual(['one']);
    expect(written()).toBe(before);
    expect(before.endsWith('\u001b[?25h')).toBe(true);
  });

  it('writes nothing while it is paused, and all of it afterwards', () => {
    const { note, screen, shown } = open(true);
    void note('one');
    screen.pause();
    expect(shown()).toEqual(['one']);
    void note('two');
    expect(shown()).toEqual(['one']);
    screen.resume();
    expect(shown()).toEqual(['one', 'two', '2 so far', 'more to come']);
  });

  it('has those who print wait for whoever reads', async () => {
    const { note, fill, written } = open(false);
    fill(true);
    const taken = note('one');
    expect(taken).toBeInstanceOf(Promise);
    fill(false);
    await taken;
    expect(note('two')).toBeUndefined();
    expect(written()).toBe('one\ntwo\n');
  });
});
