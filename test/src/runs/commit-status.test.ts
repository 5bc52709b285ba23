import { describe, expect, it } from 'vitest';
import { commitStatus } from '../../../src/runs/commit-status.ts';
import { createRun } from '../../../src/runs/create-run.ts';
import { buildPlan, created, sampleChange } from './sample-run.ts';

function brokenRun(message: string) {
  const base = {
    id: 'run',
    repository: 'octo/app',
    change: sampleChange(),
    pipeline: { file: '.hookline.yml', digest: '' },
    deliveryId: 'delivery',
    correlationId: 'correlation',
    createdAtMs: 1_000,
  };
  return createRun({ ...base, error: { code: 'pipeline', message } }, 7);
}

describe('the commit status of a run', () => {
  it('has a context per kind of event', () => {
    const contextOf = (event: 'push' | 'tag' | 'pull_request') =>
      commitStatus(created([buildPlan('a')], { change: { event } }).run).context;
    expect(contextOf('push')).toBe('hookline/push');
    expect(contextOf('tag')).toBe('hookline/tag');
    expect(contextOf('pull_request')).toBe('hookline/pr');
  });

  it('says at once what is wrong with a pipeline', () => {
    const { effects, run } = brokenRun('.hookline.yml:3:1 unknown key "stepz"');
    expect(run.status).toBe('error');
    expect(effects).toMatchObject([{ type: 'commit-status', status: { state: 'error' } }]);
    expect(commitStatus(run).description).toContain('unknown key "stepz"');
  });

  it.each([
    ['a long message', 'x'.repeat(500)],
    ['one with line breaks', 'one\n\ttwo\r\nthree '.repeat(50)],
    ['one of characters outside the basic plane', '🚀'.repeat(300)],
    ['the same shifted by one', `a${'🚀'.repeat(300)}`],
  ])('fits 140 characters on one line: %s', (_, message) => {
    const { description } = commitStatus(brokenRun(message).run);
    expect(description.length).toBeLessThanOrEqual(140);
    expect(description).not.toMatch(/[\r\n\t]/);
    expect(description.isWellFormed()).toBe(true);
    expect(description.endsWith('…')).toBe(true);
  });
});
