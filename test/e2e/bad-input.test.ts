import { describe, expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import { type HooklineScene, webhookSecret } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { leftoversOf, nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ engine, scene } = opened);
  },
  () => ({
    HOOKLINE_REPOSITORIES: ['secret', 'event', 'twice', 'bare', 'broken', 'fork', 'many', 'quick']
      .map((name) => `input/${name}`)
      .join(','),
  }),
);

const works = () => oneStep(engine.image, 'true');

/** What became of the newest delivery of a repository, once that is settled. */
async function verdictOn(repository: string) {
  let verdict: Awaited<ReturnType<HooklineScene['deliveries']>>[number] | undefined;
  await waitUntil(
    async () => {
      verdict = (await scene.deliveries()).find(
        (delivery) => delivery.repository === repository && delivery.event !== 'ping',
      );
      return verdict !== undefined && verdict.outcome !== 'pending';
    },
    { what: `the verdict on ${repository}`, timeoutMs: 20_000 },
  );
  return verdict;
}

describe('a delivery that is not to be had', () => {
  it('of a repository that is not named is kept, with the setting that names them', async () => {
    const project = await scene.project('input/stranger');
    const sha = await project.push(works());
    expect(await verdictOn('input/stranger')).toMatchObject({
      outcome: 'ignored',
      reason: expect.stringMatching(/input\/stranger.*HOOKLINE_REPOSITORIES/),
    });
    expect(await scene.runs({ sha })).toEqual([]);
  });

  it('with a wrong signature is refused with 401 and counted, and taken when sent again under the right secret', async () => {
    const project = await scene.project('input/secret', { secret: 'not the one we agreed on' });
    const sha = await project.push(works());
    const refused = scene.git.deliveries().findLast(({ event }) => event === 'push');
    expect(refused?.response?.status).toBe(401);
    await scene.hookline.stop();
    scene.set({
      GITHUB_WEBHOOK_SECRET: 'not the one we agreed on',
      GITHUB_WEBHOOK_SECRET_PREVIOUS: webhookSecret,
    });
    await scene.start();
    const counts = (await (await scene.get('/api/v1/deliveries/refusals')).json()) as {
      items: { count: number }[];
    };
    expect(counts.items.some(({ count }) => count >= 1)).toBe(true);
    expect((await scene.git.redeliver(refused?.id ?? 0)).response?.status).toBe(202);
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('of an event that is none is refused with 400', async () => {
    const project = await scene.project('input/event');
    const sent = scene.git.deliveries().findLast(({ repository }) => repository === project.name);
    const response = await fetch(`${scene.url}/webhooks/github`, {
      method: 'POST',
      headers: {
        ...sent?.request.headers,
        'x-github-event': 'no such event!',
        'x-github-delivery': 'a-new-one',
      },
      body: sent?.request.body ?? '',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('problem+json');
  });

  it('sent twice makes one run', async () => {
    const project = await scene.project('input/twice');
    const sha = await project.push(works());
    const push = scene.git.deliveries().findLast(({ event }) => event === 'push');
    expect((await scene.git.redeliver(push?.id ?? 0)).response?.status).toBe(202);
    await scene.ended(sha);
    expect(await scene.runs({ sha })).toHaveLength(1);
    const same = (await scene.deliveries()).filter(
      ({ repository, event }) => repository === 'input/twice' && event === 'push',
    );
    expect(same).toHaveLength(1);
  });
});

describe('a pipeline file', () => {
  it('that is missing makes no run, and the delivery says why', async () => {
    const { copy } = await scene.project('input/bare');
    await copy.commit('README.md', 'nothing to build');
    await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    await scene.git.settled();
    expect(await verdictOn('input/bare')).toMatchObject({
      outcome: 'ignored',
      reason: expect.stringContaining('.hookline.yml'),
    });
  });

  it('with mistakes makes a run in error that names each with its line, and an error on the commit', async () => {
    const project = await scene.project('input/broken');
    const sha = await project.push('image: debian\njobs:\n  test:\n    step: [make]\n    timeout: soon\n');
    const run = await scene.ended(sha);
    expect(run.status).toBe('error');
    expect(run.reason?.message).toMatch(/^\.hookline\.yml:4:5 .*\n(.*\n)*\.hookline\.yml:5:14 /);
    const status = await scene.status('input/broken', sha, 'error');
    expect(status.description).toMatch(/\.hookline\.yml:4:5/);
    expect(status.target_url).toBe(`${scene.url}/runs/${run.id}`);
  });
});

describe('more than one thing at once', () => {
  it('a push of five branches makes five runs, each on its own branch', async () => {
    const project = await scene.project('input/many');
    const { copy } = project;
    await copy.commit('.hookline.yml', works());
    const branches = ['one', 'two', 'three', 'four', 'five'];
    for (const branch of branches) {
      await copy.git('checkout', '--quiet', '-b', branch, 'main');
      await copy.commit('branch.txt', branch);
    }
    await copy.git('push', '--quiet', 'origin', ...branches);
    await scene.git.settled();
    for (const branch of branches) {
      const sha = (await copy.git('rev-parse', branch)).trim();
      expect(await scene.ended(sha)).toMatchObject({ status: 'success', branch });
    }
    const runs = await scene.runs({ repository: 'input/many' });
    expect(runs.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('two pushes, one right after the other, are both run', async () => {
    const project = await scene.project('input/quick');
    const { copy } = project;
    const first = await copy.commit('.hookline.yml', works());
    await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    const second = await copy.commit('more.txt', 'more');
    await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    expect(await scene.ended(first)).toMatchObject({ status: 'success', number: 1 });
    expect(await scene.ended(second)).toMatchObject({ status: 'success', number: 2 });
  });
});

describe("a fork's pull request", () => {
  it('waits for an approval: nothing of it is run and no secret is opened', async () => {
    const project = await scene.project('input/fork');
    await scene.ended(await project.push(works()));
    await nothingLeft(scene.dataDir, engine.dockerHost);
    await scene.git.createRepository('mallory/fork', { forkOf: 'input/fork' });
    await project.copy.commit('.hookline.yml', oneStep(engine.image, 'env', 'secrets: [TOKEN]'));
    const origin = (await project.copy.git('remote', 'get-url', 'origin')).trim();
    const forkUrl = origin.replace('input/fork', 'mallory/fork');
    await project.copy.git('push', '--quiet', forkUrl, 'HEAD:refs/heads/evil');
    const sha = await project.copy.head();
    await scene.git.openPullRequest({
      repository: 'input/fork',
      head: 'evil',
      base: 'main',
      headRepository: 'mallory/fork',
    });
    await scene.git.settled();
    const run = await scene.run(sha, ({ status }) => status === 'waiting');
    expect(run.reason?.message ?? run.jobs[0]?.reason?.message).toMatch(/fork/);
    await scene.status('input/fork', sha, 'pending');
    expect(run.jobs.flatMap(({ attempts }) => attempts)).toEqual([]);
    expect(await leftoversOf(scene.dataDir, engine.dockerHost)).toEqual([]);
  });
});

describe('after all this', () => {
  it('nothing is left behind, and nobody saw a stack', async () => {
    await nothingLeft(scene.dataDir, engine.dockerHost);
    expect(scene.hookline.output()).not.toMatch(/^\s+at /m);
  });
});
