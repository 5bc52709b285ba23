import { describe, expect, it } from 'vitest';
import { openWhyScene as openScene } from './why-scene.ts';

const pipeline = `on:
  push:
    branches: [main, 'release/*']
  pull_request:
    branches: [main]
jobs:
  test:
    image: node
    steps: [npm test]
`;

describe('nothing ran, because', () => {
  it('the branch fits no pattern: the rule, the value and the line of the file', async () => {
    const scene = await openScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline, { branch: 'wip' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason:
        'refs/heads/wip: branch "wip" matches none of on.push.branches (main, release/*), line 3 of .hookline.yml',
    });
  });

  it('the file says nothing of tags', async () => {
    const scene = await openScene();
    const { copy, ...project } = await scene.project('octo/app');
    await project.push(pipeline);
    await copy.git('tag', 'v1');
    await copy.git('push', '--quiet', 'origin', 'v1');
    await scene.git.settled();
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: 'refs/tags/v1: tags start nothing: there is no on.push.tags, line 2 of .hookline.yml',
    });
  });

  it('the base of the pull request fits no pattern', async () => {
    const scene = await openScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline, { branch: 'next' });
    await project.push(pipeline, { branch: 'topic' });
    await scene.git.openPullRequest({
      repository: 'octo/app',
      head: 'topic',
      base: 'next',
      title: 'A topic',
    });
    await scene.git.settled();
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason:
        'refs/pull/1/head: base branch "next" matches none of on.pull_request.branches (main), line 5 of .hookline.yml',
    });
  });

  it('the repository is not one of those that are named', async () => {
    const scene = await openScene({ repositories: new Set(['octo/other']) });
    const project = await scene.project('octo/app');
    await project.push(pipeline);
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: 'refs/heads/main: repository octo/app is not named in HOOKLINE_REPOSITORIES',
    });
  });

  it('there is no pipeline file at that commit', async () => {
    const scene = await openScene();
    const { copy } = await scene.project('octo/app');
    const sha = await copy.commit('README.md', 'nothing to build');
    await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    await scene.git.settled();
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: `refs/heads/main: no .hookline.yml and no .travis.yml at commit ${sha.slice(0, 10)}`,
    });
  });

  it('the commit asks to be skipped', async () => {
    const scene = await openScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline, { message: 'docs [skip ci]' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: "the head commit's message says [skip ci]",
    });
  });

  it('the branch was deleted', async () => {
    const scene = await openScene();
    const { copy, ...project } = await scene.project('octo/app');
    await project.push(pipeline, { branch: 'old' });
    await copy.git('push', '--quiet', 'origin', ':refs/heads/old');
    await scene.git.settled();
    expect(await scene.verdict()).toMatchObject({ outcome: 'ignored', reason: 'branch old was deleted' });
  });

  it('the commit left its branch before it was looked at', async () => {
    const scene = await openScene();
    const { copy, ...project } = await scene.project('octo/app');
    await project.push(pipeline);
    await scene.verdict();
    const sha = await project.push(pipeline);
    const left = scene.git.deliveries().at(-1);
    await copy.git('reset', '--quiet', '--hard', 'HEAD~1');
    await copy.git('commit', '--quiet', '--allow-empty', '-m', 'another');
    await copy.git('push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/main');
    await scene.git.settled();
    await scene.verdict();
    const settled = (await scene.deliveries()).find(({ deliveryId }) => deliveryId === left?.guid);
    expect(settled).toMatchObject({
      outcome: 'ignored',
      reason: expect.stringMatching(/^refs\/heads\/main: /),
    });
    expect(settled?.reason).toContain(sha.slice(0, 10));
  });

  it('the event builds nothing', async () => {
    const scene = await openScene();
    await scene.project('octo/app');
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: 'a ping builds nothing: it says that the webhook works',
    });
  });

  it('nothing at all speaks against it: then it ran', async () => {
    const scene = await openScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline);
    expect(await scene.verdict()).toMatchObject({ outcome: 'runs', runs: [{ number: 1, status: 'queued' }] });
  });
});
