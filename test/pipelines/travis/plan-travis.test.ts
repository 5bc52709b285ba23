import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchTrigger, type TriggerChange } from '../../../pipelines/match-trigger.ts';
import { planRun } from '../../../pipelines/plan.ts';
import { parseTravis } from '../../../pipelines/travis/parse-travis.ts';

const folder = join(import.meta.dirname, '../../fixtures/travis');
const push: TriggerChange & { fork: boolean } = { event: 'push', branch: 'main', fork: false };

function pipelineOf(name: string) {
  const parsed = parseTravis(readFileSync(join(folder, `${name}.yml`), 'utf8'), '.travis.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.pipeline;
}

function jobsFor(name: string, change: Partial<TriggerChange>) {
  return planRun(pipelineOf(name), { ...push, ...change }).jobs.map(({ name: job, leftOut }) =>
    leftOut ? `(${job})` : job,
  );
}

describe('what a translated file does for a change', () => {
  it('leaves branches out that it does not name, tags as well', () => {
    const pipeline = pipelineOf('java-codedeploy');
    expect(matchTrigger(pipeline, { ...push, branch: 'master' }).matched).toBe(true);
    expect(matchTrigger(pipeline, { event: 'tag', tag: 'v1' }).matched).toBe(false);
    expect(matchTrigger(pipeline, { event: 'pull_request', baseBranch: 'master' }).matched).toBe(true);
    expect(matchTrigger(pipeline, push)).toMatchObject({
      reason: 'push of "main" does not meet branch = master, line 4',
    });
  });

  it('takes patterns among the branches', () => {
    const pipeline = pipelineOf('branches-except');
    expect(matchTrigger(pipeline, { ...push, branch: 'wip-1' }).matched).toBe(false);
    expect(matchTrigger(pipeline, { ...push, branch: 'a-wip-1' }).matched).toBe(true);
  });

  it('has stages for some changes only', () => {
    expect(jobsFor('stages', {})).toEqual(['lint', 'test', 'test 2', 'deploy']);
    expect(jobsFor('stages', { branch: 'wip' })).toEqual(['lint', 'test', 'test 2', '(deploy)']);
    expect(jobsFor('stages', { event: 'pull_request', baseBranch: 'main' })).toEqual([
      'lint',
      'test',
      'test 2',
      '(deploy)',
    ]);
  });

  it('deploys a bundle where the file says so, and never a pull request', () => {
    const deploysOf = (change: Partial<TriggerChange>) =>
      jobsFor('deploy-two-groups', { about: { repository: 'octo/shop', message: '' }, ...change }).slice(1);
    expect(deploysOf({})).toEqual(['deploy production']);
    expect(deploysOf({ branch: 'develop' })).toEqual(['deploy staging']);
    expect(deploysOf({ branch: 'develop', about: { repository: 'else/shop', message: '' } })).toEqual([]);
    expect(deploysOf({ event: 'pull_request', baseBranch: 'main' })).toEqual([]);
    expect(deploysOf({ fork: true })).toEqual([]);
  });

  it('has images of the installation in place of the official ones', () => {
    const text = 'language: node_js\nnode_js: [18, 20]\nscript: make\n';
    const images = { 'node_js:20': 'mirror/special', node_js: 'mirror/node:{version}-slim' };
    const parsed = parseTravis(text, '.travis.yml', { images });
    expect(parsed.ok && parsed.pipeline.jobs.map(({ image }) => image)).toEqual([
      'mirror/node:18-slim',
      'mirror/special',
    ]);
  });
});
