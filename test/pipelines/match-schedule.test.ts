import { expect, it } from 'vitest';
import { matchTrigger, type TriggerChange } from '../../pipelines/match-trigger.ts';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';

const file = `on:
  push: { branches: [main] }
  schedule:
    - cron: '0  3 * * *'
    - { cron: '0 4 * * *', branch: release }
image: node:24
steps: [make]
`;

function match(change: Partial<TriggerChange> & { cron: string }) {
  const parsed = parsePipeline(file, '.hookline.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { cron, ...given } = change;
  const schedule = { cron, timezone: 'UTC' };
  return matchTrigger(parsed.pipeline, { event: 'schedule', defaultBranch: 'main', schedule, ...given });
}

it('a time of the default branch is one that names no branch', () => {
  expect(match({ cron: '0 3 * * *', branch: 'main' })).toEqual({
    matched: true,
    rule: 'on.schedule',
    line: 4,
  });
  expect(match({ cron: '0 3 * * *', branch: 'release' }).matched).toBe(false);
});

it('a time of another branch is one that names it', () => {
  expect(match({ cron: '0 4 * * *', branch: 'release' }).matched).toBe(true);
  expect(match({ cron: '0 4 * * *', branch: 'main' }).matched).toBe(false);
});

it('a time that the file does not have any more is told', () => {
  expect(match({ cron: '0 5 * * *', branch: 'main' })).toMatchObject({
    reason: 'branch "main" has no schedule "0 5 * * * UTC" any more',
  });
});

it('a push is no time', () => {
  const parsed = parsePipeline(file, '.hookline.yml');
  if (!parsed.ok) throw new Error('the file is good');
  expect(matchTrigger(parsed.pipeline, { event: 'push', branch: 'release' }).matched).toBe(false);
});
