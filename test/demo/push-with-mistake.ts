import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitStatuses, showStatuses } from './await-statuses.ts';
import { findRun, runAtItsEnd } from './follow-run.ts';
import type { Scene } from './scene.ts';

const pipelineFile = '.hookline.yml';

/** A slip in the pipeline file: no run is lost over it, and the answer points at the very character. */
export async function pushWithMistake(scene: Scene): Promise<void> {
  const { terminal, checks, app, pushUrl } = scene;
  terminal.act('A push with a slip in its pipeline file');
  await app.git('checkout', '--quiet', '-b', 'slip', 'main');
  const good = await readFile(join(app.path, pipelineFile), 'utf8');
  const slip = good.replace('run: node build.js', 'rnu: node build.js');
  const sha = await app.commit(pipelineFile, slip, 'Tidy up the pipeline');
  await app.git('checkout', '--quiet', 'main');
  terminal.command('git push origin slip');
  await app.git('push', '--quiet', pushUrl, 'slip');

  const run = await runAtItsEnd(scene, (await findRun(scene, { sha, event: 'push' })).id);
  checks.equal('a run with a broken pipeline file ends in error', 'error', run.status);
  const [status, ...more] = (await awaitStatuses(scene, sha, 'hookline/push')).toReversed();
  if (status === undefined) throw new Error('a list of statuses that was waited for is empty');
  showStatuses(scene, [status]);
  terminal.log(pipelineFile, run.reason?.message ?? '');
  checks.equal(
    'its commit status is error, at once',
    ['error'],
    [status, ...more].map(({ state }) => state),
  );

  const before = slip.slice(0, slip.indexOf('rnu:')).split('\n');
  const place = `${pipelineFile}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  const said = status.description ?? '';
  checks.that('the status names file, line and column', said.includes(place), `a text with ${place}`, said);
}
