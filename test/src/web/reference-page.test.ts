import { expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { parseTravis } from '../../../pipelines/travis/parse-travis.ts';
import { createPages } from '../../../src/web/pages.ts';
import { createMemoryHistory } from './memory-history.ts';
import { sampleNowMs, sampleRun } from './sample-runs.ts';

const source = 'image: node:24\njobs:\n  test:\n    timeout: soon\n    steps: [npm test]\n';

function broken() {
  const parsed = parsePipeline(source, '.hookline.yml');
  if (parsed.ok) throw new Error('the file has a mistake');
  const reason = { code: 'pipeline', message: 'cut off' };
  return sampleRun({ status: 'error', reason, problems: parsed.problems, jobs: [] });
}

const pages = createPages({ history: createMemoryHistory({ runs: [broken()] }), now: () => sampleNowMs });
const pageAt = async (path: string) => {
  const response = await pages.request(path);
  expect(response.status).toBe(200);
  return response.text();
};

it('a mistake in a pipeline file leads to the heading about its key', async () => {
  const run = await pageAt('/runs/run01');
  expect(run).toContain('A mistake in the pipeline file');
  expect(run).toContain('<code class="place"><bdi>.hookline.yml:4:14</bdi></code>');
  expect(run).toContain('<a href="/reference/jobs#timeout">');

  const page = await pageAt('/reference/jobs');
  expect(page).toContain('<h2 id="timeout">');
  expect(page).toContain('How long the job may take.');
  expect(page).toContain('more than 0s and at most 24h');
});

it('a warning leads there as well', async () => {
  const parsed = parsePipeline(
    source.replace('soon', '5m').replace('jobs:', 'env: { V: 1.10 }\njobs:'),
    '.hookline.yml',
  );
  if (!parsed.ok) throw new Error('the file has no mistake');
  const run = sampleRun({ id: 'run02', warnings: parsed.warnings });
  const history = createMemoryHistory({ runs: [run] });
  const page = await createPages({ history, now: () => sampleNowMs }).request('/runs/run02');
  expect(await page.text()).toContain('<a href="/reference/env">');
});

it('a warning of a .travis.yml leads to the row of its key', async () => {
  const parsed = parseTravis('language: generic\nscript: make\naddons: { chrome: stable }\n', '.travis.yml');
  if (!parsed.ok) throw new Error('the file has no mistake');
  const run = sampleRun({ id: 'run03', warnings: parsed.warnings });
  const history = createMemoryHistory({ runs: [run] });
  const page = await createPages({ history, now: () => sampleNowMs }).request('/runs/run03');
  expect(await page.text()).toContain('<a href="/reference/travis#addonschrome">');
  const rows = await pageAt('/reference/travis');
  expect(rows).toContain('<tr id="addonschrome">');
  expect(rows).toContain('no Chrome is installed: take an image that has it');
});

it('lists all keys, and has nothing to say of others', async () => {
  const list = await pageAt('/reference');
  for (const key of ['on', 'jobs', 'cache', 'deploy', 'notifications']) {
    expect(list).toContain(`href="/reference/${key}"`);
  }
  expect(list).toContain('href="/reference/travis"');
  expect((await pages.request('/reference/jenkins')).status).toBe(404);
});
