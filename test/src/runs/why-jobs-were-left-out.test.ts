import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openWhyScene } from './why-scene.ts';

const pipeline = `image: node
jobs:
  publish:
    when: { branches: [main, 'release/*'] }
    steps: [npm publish]
  preview:
    when:
      event: pull_request
    steps: [npm run preview]
`;

/** The run of the newest delivery as the API has it, and the text of its page. */
async function runOf(scene: Awaited<ReturnType<typeof openWhyScene>>) {
  const { runs = [] } = (await scene.verdict()) as { runs?: { id: string }[] };
  const id = runs[0]?.id ?? '';
  const json: unknown = await (await scene.app.request(`/api/v1/runs/${id}`)).json();
  const page = await (await scene.app.request(`/runs/${id}`)).text();
  return { json, page: page.replaceAll('&quot;', '"').replaceAll('&#39;', "'") };
}

describe('conditions of jobs', () => {
  it('that fit none of them make no run: the delivery names every rule, value and line', async () => {
    const scene = await openWhyScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline, { branch: 'wip' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason:
        'refs/heads/wip: no job of .hookline.yml is for this change: ' +
        'publish: branch "wip" matches none of jobs.publish.when.branches (main, release/*), line 4; ' +
        'preview: event "push" matches none of jobs.preview.when.event (pull_request), line 8',
    });
  });

  it('that fit some leave the others out of the run, with the rule, the value and the line', async () => {
    const scene = await openWhyScene();
    const project = await scene.project('octo/app');
    await project.push(pipeline);
    const { json, page } = await runOf(scene);
    const message =
      'event "push" matches none of jobs.preview.when.event (pull_request), line 8 of .hookline.yml';
    expect(json).toMatchObject({
      jobs: [
        { name: 'publish', status: 'queued' },
        { name: 'preview', status: 'skipped', reason: { code: 'when', message } },
      ],
    });
    expect(page).toContain(message);
  });
});

describe('what else was asked for and did not run', () => {
  it('a file with a key that there is not: an error with its line and what may stand there', async () => {
    const scene = await openWhyScene();
    const project = await scene.project('octo/app');
    await project.push("on: { push: { paths: ['src/**'] } }\nimage: node\nsteps: [npm test]\n");
    const { json, page } = await runOf(scene);
    const message = '.hookline.yml:1:15 unknown key "paths"; one of branches, tags';
    expect(json).toMatchObject({ status: 'error', reason: { code: 'pipeline', message } });
    expect(page).toContain('.hookline.yml:1:15');
  });

  it("a fork's pull request: its jobs wait, and say for what", async () => {
    const scene = await openWhyScene();
    const project = await scene.project('octo/app');
    await project.push('on: { pull_request: true }\nimage: node\nsteps: [npm test]\n');
    const fork = await scene.project('eve/app');
    await fork.push('on: { pull_request: true }\nimage: node\nsteps: [mine]\n', { branch: 'gift' });
    await scene.git.openPullRequest({
      repository: 'octo/app',
      headRepository: 'eve/app',
      head: 'gift',
      base: 'main',
      author: 'eve',
    });
    await scene.git.settled();
    const { json, page } = await runOf(scene);
    expect(json).toMatchObject({
      status: 'waiting',
      jobs: [{ status: 'waiting', reason: { code: 'fork' } }],
    });
    expect(page).toContain('runs nothing before this commit is approved');
  });

  it('an event that nobody knows: its name', async () => {
    const scene = await openWhyScene();
    await scene.project('octo/app');
    const body = JSON.stringify({ action: 'invented', repository: { full_name: 'octo/app' } });
    const proof = createHmac('sha256', 'a secret that only the two of us know').update(body).digest('hex');
    const answer = await fetch(scene.hookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'brand_new',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${proof}`,
      },
      body,
    });
    expect(answer.status).toBe(202);
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: 'event brand_new is not one that hookline knows',
    });
  });
});
