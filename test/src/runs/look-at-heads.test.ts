import { describe, expect, it } from 'vitest';
import { openHeadScene } from './head-scene.ts';

describe('a push whose webhook never arrives', () => {
  it('is built once it is found, marked as recovered, and the late webhook is a duplicate', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.carry();
    await scene.look();
    const before = (await scene.runs()).length;
    const sha = await scene.push();
    await scene.look();
    const [run, ...others] = await scene.runs();
    expect(others).toHaveLength(before);
    expect(run).toMatchObject({ event: 'push', sha, branch: 'main', title: 'change 2', author: 'Ada' });
    expect(await scene.run(run?.id ?? '')).toMatchObject({ recovered: true });
    expect((await scene.deliveries())[0]).toMatchObject({
      source: 'hookline',
      event: 'head',
      recovered: true,
      runIds: [run?.id],
    });

    await scene.carry();
    expect(await scene.runs()).toHaveLength(before + 1);
    const [late] = await scene.deliveries();
    expect(late).toMatchObject({ source: 'github', outcome: 'ignored' });
    expect(late?.reason).toContain('was built already');
    // A person who asks for it gets it.
    await scene.replay(late?.id ?? '');
    await scene.planAll();
    expect(await scene.runs()).toHaveLength(before + 2);
  });

  it('is built on a branch that is new since the last look', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.carry();
    await scene.look();
    const sha = await scene.push('topic');
    scene.lose();
    await scene.look();
    expect((await scene.runs())[0]).toMatchObject({ sha, branch: 'topic' });
  });

  it('is not built when its commit says so', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.carry();
    await scene.look();
    await scene.push('main', 'words only [skip ci]');
    scene.lose();
    await scene.look();
    expect(await scene.runs()).toHaveLength(1);
    expect((await scene.deliveries())[0]?.reason).toContain('[skip ci]');
  });
});

describe('what did arrive', () => {
  it('is never made up for, built or not', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.push('main', 'words only [skip ci]');
    await scene.push('topic');
    await scene.carry();
    const before = (await scene.deliveries()).length;
    await scene.look();
    await scene.look();
    expect(await scene.deliveries()).toHaveLength(before);
  });

  it('a moment before the look is waited for', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.carry();
    await scene.look();
    const sha = await scene.push();
    await scene.carry();
    await scene.look();
    const runs = await scene.runs();
    expect(runs.filter((run) => run.sha === sha)).toHaveLength(1);
    expect(await scene.deliveries()).toHaveLength(2);
  });
});

describe('the first look at a repository', () => {
  it('builds none of the branches that were there before', async () => {
    const scene = await openHeadScene();
    for (const branch of ['one', 'two', 'three']) await scene.push(branch);
    scene.lose();
    await scene.push();
    await scene.carry();
    await scene.look();
    expect(await scene.runs()).toHaveLength(1);
  });
});

describe('a pull request whose webhook never arrives', () => {
  it('is built at its new head, and asked for once while nothing changes', async () => {
    const scene = await openHeadScene();
    await scene.push();
    await scene.push('topic');
    await scene.git.openPullRequest({ repository: 'octo/app', head: 'topic', base: 'main', author: 'ada' });
    await scene.git.settled();
    await scene.carry();
    await scene.look();
    const before = await scene.runs();
    expect(before.map(({ event }) => event).sort()).toEqual(['pull_request', 'push', 'push']);
    const sha = await scene.push('topic');
    await scene.look();
    const found = (await scene.runs()).slice(0, 2);
    expect(found.map((run) => ({ event: run.event, sha: run.sha, pullRequest: run.pullRequest }))).toEqual(
      expect.arrayContaining([
        { event: 'push', sha, pullRequest: undefined },
        { event: 'pull_request', sha, pullRequest: 1 },
      ]),
    );
    await scene.carry();
    expect(await scene.runs()).toHaveLength(before.length + 2);
  });
});
