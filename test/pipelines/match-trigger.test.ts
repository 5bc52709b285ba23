import { describe, expect, it } from 'vitest';
import { matchTrigger, type TriggerChange } from '../../pipelines/match-trigger.ts';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';

function match(on: string, change: TriggerChange) {
  const parsed = parsePipeline(`${on}image: node:24\nsteps: [make]\n`, '.hookline.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return matchTrigger(parsed.pipeline, change);
}

const push = (branch: string): TriggerChange => ({ event: 'push', branch });
const tag = (name: string): TriggerChange => ({ event: 'tag', tag: name });
const pullRequest = (baseBranch: string): TriggerChange => ({
  event: 'pull_request',
  branch: 'topic',
  baseBranch,
});

describe('a file without on', () => {
  it('builds every branch and every pull request', () => {
    expect(match('', push('any/thing'))).toEqual({ matched: true, rule: 'on.push.branches' });
    expect(match('', pullRequest('main'))).toEqual({ matched: true, rule: 'on.pull_request.branches' });
  });

  it('builds no tags', () => {
    expect(match('', tag('v1'))).toEqual({
      matched: false,
      rule: 'on.push.tags',
      value: 'v1',
      reason: 'tags start nothing: there is no on.push.tags',
    });
  });
});

describe('a file with on', () => {
  const on = "on:\n  push:\n    branches: [main, 'release/*']\n    tags: ['v*', '!v*-rc*']\n";

  it('names the line that let a change in', () => {
    expect(match(on, push('release/2'))).toEqual({ matched: true, rule: 'on.push.branches', line: 3 });
    expect(match(on, tag('v2'))).toEqual({ matched: true, rule: 'on.push.tags', line: 4 });
  });

  it('says which list a branch is missing from', () => {
    expect(match(on, push('wip'))).toEqual({
      matched: false,
      rule: 'on.push.branches',
      value: 'wip',
      line: 3,
      reason: 'branch "wip" matches none of on.push.branches (main, release/*), line 3',
    });
  });

  it('heeds a pattern that takes away', () => {
    expect(match(on, tag('v2-rc1'))).toMatchObject({
      matched: false,
      reason: 'tag "v2-rc1" matches none of on.push.tags (v*, !v*-rc*), line 4',
    });
  });

  it('builds no event it does not name', () => {
    expect(match(on, pullRequest('main'))).toMatchObject({
      matched: false,
      reason: 'pull requests start nothing: there is no on.pull_request.branches, line 1',
    });
  });

  it('takes tags alone to mean no branches', () => {
    expect(match('on: { push: { tags: [v*] } }\n', push('main'))).toMatchObject({
      matched: false,
      reason: 'pushes to branches start nothing: there is no on.push.branches, line 1',
    });
  });

  it('holds a pull request against its base branch', () => {
    const main = 'on: { pull_request: { branches: main } }\n';
    expect(match(main, pullRequest('main')).matched).toBe(true);
    expect(match(main, { event: 'pull_request', branch: 'main', baseBranch: 'next' })).toMatchObject({
      reason: 'base branch "next" matches none of on.pull_request.branches (main), line 1',
    });
  });

  it.each(['on: { push: true }\n', 'on:\n  push:\n', 'on: { push: {} }\n'])('%j is every branch', (text) => {
    expect(match(text, push('a/b')).matched).toBe(true);
    expect(match(text, tag('v1')).matched).toBe(false);
  });

  it('builds nothing for a change without a name', () => {
    expect(match('', { event: 'push' }).matched).toBe(false);
  });
});
