import { describe, expect, it } from 'vitest';
import { openTemplates } from '../../../src/compose/open-templates.ts';
import { openWhyScene } from './why-scene.ts';

const templates = openTemplates();
const job = { memoryBytes: 2 ** 30, cpus: 1, pids: 100 };
const because = 'there is no pipeline file, so the template node was taken, because of package.json';

type Scene = Awaited<ReturnType<typeof openWhyScene>>;

async function push(scene: Scene, files: Record<string, string>): Promise<string> {
  const { copy } = await scene.project('octo/app');
  let sha = '';
  for (const [path, text] of Object.entries(files)) sha = await copy.commit(path, text);
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  await scene.git.settled();
  return sha;
}

describe('a repository without a pipeline file', () => {
  it('gets the pipeline of its kind; delivery, run and page say which, why, and how to have it as a file', async () => {
    const scene = await openWhyScene({ templates });
    await push(scene, { 'README.md': 'hello', 'package.json': '{}' });
    const verdict = await scene.verdict();
    expect(verdict).toMatchObject({ outcome: 'runs', runs: [{ number: 1, status: 'queued' }] });
    expect(verdict.reason).toContain(`refs/heads/main: ${because}; \`npx hookline init\``);

    const id = verdict.runs?.[0]?.id ?? '';
    const run = await (await scene.app.request(`/api/v1/runs/${id}`)).json();
    expect(run).toMatchObject({
      pipeline: {
        file: 'templates/node.yml for package.json',
        language: 'hookline',
        template: { name: 'node', because: 'package.json', note: expect.stringContaining(because) },
      },
    });
    const page = await (await scene.app.request(`/runs/${id}`)).text();
    expect(page).toContain(because);
  });

  it('gets none that its own file takes the place of', async () => {
    const scene = await openWhyScene({ templates });
    await push(scene, { 'package.json': '{}', '.hookline.yml': 'image: node\nsteps: [make]\n' });
    const verdict = await scene.verdict();
    expect(verdict).toMatchObject({ outcome: 'runs' });
    expect(verdict.reason).toBe('');
  });

  it('is not built when nothing in its root folder is known', async () => {
    const scene = await openWhyScene({ templates });
    const sha = await push(scene, { 'README.md': 'hello', 'site/package.json': '{}' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: `refs/heads/main: no .hookline.yml and no .travis.yml at commit ${sha.slice(0, 10)}, and nothing in its root folder that a template is for`,
    });
  });

  it('is not built where templates are off', async () => {
    const scene = await openWhyScene();
    const sha = await push(scene, { 'package.json': '{}' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason: `refs/heads/main: no .hookline.yml and no .travis.yml at commit ${sha.slice(0, 10)}`,
    });
  });

  it('has no failed run because of an image that nobody asked for and that is not allowed here', async () => {
    const scene = await openWhyScene({ templates, policy: { ...job, images: ['ghcr.io/acme/*'] } });
    await push(scene, { 'package.json': '{}' });
    expect(await scene.verdict()).toMatchObject({
      outcome: 'ignored',
      reason:
        'refs/heads/main: the template node is for it, but job "build" asks for the image node:24, and HOOKLINE_IMAGES allows ghcr.io/acme/*',
    });
  });
});
