import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { createPipelineSource } from '../../../src/git/pipeline-source.ts';
import { newId } from '../../../src/ids.ts';
import { type PlanPorts, planDelivery } from '../../../src/runs/plan-delivery.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createPages } from '../../../src/web/pages.ts';
import { testApp } from '../http/test-app.ts';
import { openRecoveryScene } from './recovery-scene.ts';

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

/** From the push to what the API and the page say of it: everything but control's loop around the planning. */
async function openScene(given: Pick<PlanPorts, 'repositories'> = {}) {
  const scene = await openRecoveryScene();
  const { git, db, history, inbox, forge } = scene;
  const mirrors = openMirrors({ directory: join(scene.directory, 'mirrors'), allowedBases: [git.url] });
  onTestFinished(() => mirrors.close());
  const store = createSqlRunStore(db, { now: Date.now, newId, onEffects: () => {} });
  const ports: PlanPorts = {
    forges: { github: forge },
    pipelines: createPipelineSource(mirrors),
    now: Date.now,
    newId,
    ...given,
  };
  const { app } = testApp({ history, pages: createPages({ history, now: Date.now }) });

  async function settleAll(): Promise<void> {
    const signal = new AbortController().signal;
    for (;;) {
      const [delivery] = await inbox.take({ nowMs: Date.now(), holdMs: 60_000, limit: 1 });
      if (!delivery) return;
      const planned = await planDelivery(delivery, ports, signal);
      if ('again' in planned) throw new Error(planned.again);
      const reason = planned.no.join('; ');
      const outcome = planned.runs.length > 0 ? 'runs' : 'ignored';
      await store.settleDelivery(delivery.id, { outcome, reason, settledAtMs: Date.now() }, planned.runs);
    }
  }

  return {
    ...scene,
    /** The newest delivery as the API gives it, after making sure that its page says the very same. */
    async verdict() {
      await settleAll();
      const { items } = await history.listDeliveries({}, { limit: 1 });
      const [newest] = items;
      const answer = await app.request(`/api/v1/deliveries/${newest?.id}`);
      const json = (await answer.json()) as { outcome: string; reason?: string };
      const page = await (await app.request(`/deliveries/${newest?.id}`)).text();
      const shown = page.replaceAll('&quot;', '"').replaceAll('&#39;', "'");
      if (json.outcome === 'ignored') expect(shown).toContain(`Nothing ran: <bdi>${json.reason}</bdi>`);
      return json;
    },
  };
}

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
      reason: `refs/heads/main: no .hookline.yml at commit ${sha.slice(0, 10)}`,
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
