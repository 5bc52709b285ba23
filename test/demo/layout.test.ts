import { describe, expect, it } from 'vitest';
import { durationText, factLines, tableLines, wrapHard, wrapWords } from './layout.ts';

describe('the layout of the demo', () => {
  it('says durations in the unit that a person would', () => {
    expect([8.4, 1240, 62_500].map(durationText)).toEqual(['8 ms', '1.2 s', '1 min 3 s']);
  });

  it('breaks text at spaces and leaves addresses whole', () => {
    expect(wrapWords('it answers at http://127.0.0.1:4567/ now', 12)).toEqual([
      'it answers',
      'at',
      'http://127.0.0.1:4567/',
      'now',
    ]);
    expect(wrapWords('a b', Number.POSITIVE_INFINITY)).toEqual(['a b']);
  });

  it('breaks what a job printed anywhere and drops none of it', () => {
    expect(wrapHard('  abcdef', 3)).toEqual(['  a', 'bcd', 'ef']);
    expect(wrapHard('', 3)).toEqual(['']);
    expect(wrapHard('abc', Number.POSITIVE_INFINITY)).toEqual(['abc']);
  });

  it('puts a value below its label where both do not fit', () => {
    expect(factLines([['zip', '/tmp/app.zip']], 20)).toEqual(['zip  /tmp/app.zip']);
    expect(factLines([['zip', '/tmp/app.zip']], 12)).toEqual(['zip', '  /tmp/app.zip']);
  });

  it('turns a table into blocks where the terminal is too narrow for it', () => {
    const rows = [['#1', 'success']];
    expect(tableLines(['run', 'status'], rows, 80)).toEqual(['run  status', '#1   success']);
    expect(tableLines(['run', 'status'], rows, 10)).toEqual(['run     #1', 'status', '  success', '']);
  });
});
