import { describe, expect, it } from 'vitest';
import { compareHeads, graceMs } from '../../../src/runs/compare-heads.ts';
import type { KnownHead } from '../../../src/runs/head-book.ts';

const nowMs = 1_000_000;
const main = 'refs/heads/main';

function compare(
  heads: Record<string, string>,
  known: Record<string, KnownHead>,
  given: { isFirst?: boolean; built?: string[]; waitMs?: number } = {},
) {
  const { learned, suspected, missing, gone } = compareHeads(
    new Map(Object.entries(heads)),
    new Map(Object.entries(known)),
    {
      isFirst: given.isFirst ?? false,
      built: new Set(given.built),
      nowMs,
      ...(given.waitMs === undefined ? {} : { waitMs: given.waitMs }),
    },
  );
  return { learned: learned.length, suspected: suspected.length, missing, gone };
}

const nothing = { learned: 0, suspected: 0, missing: [], gone: [] };

describe('a head', () => {
  it('that stands where it was heard of is nothing new', () => {
    expect(compare({ [main]: 'a' }, { [main]: { sha: 'a' } })).toEqual(nothing);
  });

  it('is suspected first: its delivery may be on its way', () => {
    const suspected = { ...nothing, suspected: 1 };
    expect(compare({ [main]: 'b' }, { [main]: { sha: 'a' } })).toEqual(suspected);
    const recently = { sha: 'a', foundSha: 'b', foundAtMs: nowMs - graceMs + 1 };
    expect(compare({ [main]: 'b' }, { [main]: recently })).toEqual(nothing);
    const other = { sha: 'a', foundSha: 'x', foundAtMs: 0 };
    expect(compare({ [main]: 'b' }, { [main]: other })).toEqual(suspected);
  });

  it('is missing at once where no delivery is waited for, on a new branch as well', () => {
    const moved = compare({ [main]: 'b', 'refs/heads/new': 'c' }, { [main]: { sha: 'a' } }, { waitMs: 0 });
    const missing = [
      { ref: main, sha: 'b', before: 'a' },
      { ref: 'refs/heads/new', sha: 'c' },
    ];
    expect(moved).toEqual({ ...nothing, missing });
    expect(compare({ [main]: 'b' }, {}, { waitMs: 0, isFirst: true })).toEqual({ ...nothing, learned: 1 });
    expect(compare({ [main]: 'b' }, { [main]: { sha: 'a' } }, { waitMs: 0, built: [main] })).toEqual({
      ...nothing,
      learned: 1,
    });
  });

  it('is missing when nobody has named it after a while', () => {
    const found = { sha: 'a', foundSha: 'b', foundAtMs: nowMs - graceMs };
    expect(compare({ [main]: 'b' }, { [main]: found })).toEqual({
      ...nothing,
      missing: [{ ref: main, sha: 'b', before: 'a' }],
    });
  });

  it('that has a run is not missing', () => {
    const found = { sha: 'a', foundSha: 'b', foundAtMs: 0 };
    expect(compare({ [main]: 'b' }, { [main]: found }, { built: [main] })).toEqual({
      ...nothing,
      learned: 1,
    });
  });

  it('that went back to where it was heard of is suspected no longer', () => {
    const found = { sha: 'a', foundSha: 'b', foundAtMs: 0 };
    expect(compare({ [main]: 'a' }, { [main]: found })).toEqual({ ...nothing, learned: 1 });
  });
});

describe('at the first look', () => {
  it('old branches are learned and never built', () => {
    expect(compare({ [main]: 'a', 'refs/heads/old': 'b' }, {}, { isFirst: true })).toEqual({
      ...nothing,
      learned: 2,
    });
  });

  it('a branch that was heard of and moved on since is suspected', () => {
    expect(compare({ [main]: 'b' }, { [main]: { sha: 'a' } }, { isFirst: true })).toMatchObject({
      suspected: 1,
    });
  });
});

describe('later', () => {
  it('a branch that was not there before is missing after a while', () => {
    expect(compare({ [main]: 'a' }, {})).toEqual({ ...nothing, suspected: 1 });
    const found = { sha: '', foundSha: 'a', foundAtMs: 0 };
    expect(compare({ [main]: 'a' }, { [main]: found })).toEqual({
      ...nothing,
      missing: [{ ref: main, sha: 'a' }],
    });
  });

  it('a branch that is not there any more is gone', () => {
    expect(compare({}, { [main]: { sha: 'a' } })).toEqual({ ...nothing, gone: [main] });
  });
});
