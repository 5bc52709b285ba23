import { describe, expect, it } from 'vitest';
import { matchTrigger, type TriggerChange } from '../../pipelines/match-trigger.ts';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';

function answer(on: string, change: TriggerChange): string | true {
  const parsed = parsePipeline(`${on}\nimage: node:24\nsteps: [make]\n`, '.hookline.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const match = matchTrigger(parsed.pipeline, change);
  return match.matched || match.reason;
}

const pull = (given: Partial<TriggerChange> = {}): TriggerChange => ({
  event: 'pull_request',
  baseBranch: 'main',
  draft: false,
  ...given,
});

describe('a pull request', () => {
  it('that is a draft is left out where drafts are not wanted', () => {
    const on = 'on: { pull_request: { drafts: false } }';
    expect(answer(on, pull({ draft: true }))).toBe('a draft starts nothing, line 1');
    expect(answer(on, pull())).toBe(true);
    expect(answer('on: { pull_request: true }', pull({ draft: true }))).toBe(true);
  });

  it('must have one of the labels, where there are some', () => {
    const on = 'on:\n  pull_request:\n    labels: [e2e, "area/*"]';
    expect(answer(on, pull())).toBe('no label matches none of on.pull_request.labels (e2e, area/*), line 3');
    expect(answer(on, pull({ labels: ['bug'] }))).toMatch(/^"bug" matches none of/);
    expect(answer(on, pull({ labels: ['bug', 'area/git'] }))).toBe(true);
  });

  it('that is given a label is built when that one is asked for, and never otherwise', () => {
    const on = 'on: { pull_request: { labels: [e2e] } }';
    expect(answer(on, pull({ labels: ['e2e', 'bug'], labeled: 'e2e' }))).toBe(true);
    expect(answer(on, pull({ labels: ['e2e', 'bug'], labeled: 'bug' }))).toMatch(/^"bug" matches none/);
    const all = answer('on: { pull_request: true }', pull({ labels: ['bug'], labeled: 'bug' }));
    expect(all).toBe('label "bug" starts nothing: there is no on.pull_request.labels, line 1');
  });
});

describe('other events', () => {
  const group: TriggerChange = { event: 'merge_group', baseBranch: 'main' };
  const release: TriggerChange = { event: 'release', tag: 'v1', type: 'published' };
  const dispatch: TriggerChange = { event: 'dispatch', branch: 'main', type: 'nightly-data' };

  it.each([
    ['env: {}', group, true],
    ['on: { merge_group: true }', group, true],
    ['on: { merge_group: { branches: [release] } }', group, /base branch "main" matches none/],
    ['on: { push: true }', group, /merge groups start nothing/],
    ['env: {}', release, /releases start nothing: there is no on.release.types/],
    ['on: { release: true }', release, true],
    ['on: { release: true }', { ...release, type: 'edited' }, /type "edited" matches none .*\(published\)/],
    ['on: { release: { types: [edited] } }', { ...release, type: 'edited' }, true],
    ['env: {}', dispatch, /dispatches start nothing/],
    ['on: { dispatch: true }', dispatch, true],
    ['on: { dispatch: { types: [nightly-*] } }', dispatch, true],
    ['on: { dispatch: { types: [other] } }', dispatch, /type "nightly-data" matches none/],
  ] as const)('%s', (on, change, expected) => {
    if (expected === true) expect(answer(on, change)).toBe(true);
    else expect(answer(on, change)).toMatch(expected);
  });
});
