import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { markedProcesses } from '../../../runners/engine/process/marked-processes.ts';
import { ownerMark } from '../../../runners/engine/process/process-mark.ts';
import { runLocally } from '../../../src/compose/compose-local-run.ts';
import { LocalRefusal } from '../../../src/local/local-refusal.ts';
import type { ViewEvent } from '../../../src/local/view/view-event.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** `hookline run --no-docker` over a tree with this pipeline. */
async function runWithout(pipeline: string, environment: Record<string, string>, noDocker = true) {
  const folder = await mkdtemp(join(tmpdir(), 'hookline-no-docker-'));
  folders.push(folder);
  const directory = join(folder, 'shop');
  const cache = join(folder, 'cache');
  const copy = await openWorkingCopy(directory);
  await copy.commit('.hookline.yml', pipeline);
  await writeFile(join(directory, 'new.txt'), 'not committed');
  const events: ViewEvent[] = [];
  const screen = {
    take: (event: ViewEvent) => void events.push(event),
    pause: () => {},
    resume: () => {},
    close: () => {},
  };
  const never = new AbortController().signal;
  const run = await runLocally(
    {
      directory,
      noDocker,
      selection: { jobs: [], steps: [], matrix: [] },
      event: 'push',
      secrets: {},
      out: '.hookline-out',
      environment: { XDG_CACHE_HOME: cache, DOCKER_HOST: 'unix:///nobody/answers.sock', ...environment },
    },
    screen,
    { cancel: never, hurry: never },
  );
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  const left = [
    ...(await readdir(join(cache, 'hookline/processes'))),
    ...(await readdir(join(cache, 'hookline/unisolated-runs'))).filter((name) => name !== 'all.lock'),
  ];
  const log = () => readFile(join(directory, '.hookline-out/build/log.txt'), 'utf8');
  return { run, notes, left, log, directory };
}

const allowed = { HOOKLINE_ALLOW_UNISOLATED: '1' };

describe('hookline run --no-docker', () => {
  it('is refused until HOOKLINE_ALLOW_UNISOLATED=1 allows it, and says what that means', async () => {
    const refused = runWithout('steps: [exit 0]', {});
    await expect(refused).rejects.toThrow(LocalRefusal);
    await expect(refused).rejects.toThrow(
      /--no-docker runs jobs without a container: as this user.*Set HOOKLINE_ALLOW_UNISOLATED=1/,
    );
  });

  it('builds a copy of the tree in processes of this machine, and leaves none of them behind', async () => {
    const pipeline = `
image: node:24
jobs:
  build:
    steps:
      - echo "$PWD" >where.txt; cat new.txt; sleep 300 & env -i setsid sleep 301 & echo started
      - test -d "$HOME" && test -d "$TMPDIR" && env | sort
    artifacts: [{ name: app, paths: [where.txt] }]
`;
    const { run, notes, left, log, directory } = await runWithout(pipeline, {
      ...allowed,
      OF_MINE: 'secret',
    });
    expect(run.status).toBe('success');
    expect(run.jobs[0]?.attempt).toMatchObject({ isolation: 'none' });
    const text = await log();
    expect(text).toContain('not committedstarted');
    expect(text).toContain('warning: the image node:24 is not used');
    expect(text).not.toContain('OF_MINE');
    expect(notes).toContain('without isolation: steps run as you, with your files and programs');
    expect(await readdir(join(directory, '.hookline-out/build'))).toContain('app.zip');
    expect(await readdir(directory)).not.toContain('where.txt');
    expect(left).toEqual([]);
    const owner = ownerMark(`hookline-run-${run.id}`);
    expect(markedProcesses().filter(({ mark }) => mark.startsWith(owner))).toEqual([]);
  });

  it('goes by HOOKLINE_ENGINE as well, and refuses by name what only a container can give', async () => {
    const pipeline = 'image: node:24\njobs: { build: { services: { db: postgres:17 }, steps: [exit 0] } }';
    const { run, left } = await runWithout(pipeline, { ...allowed, HOOKLINE_ENGINE: 'process' }, false);
    expect(run).toMatchObject({ status: 'error', jobs: [{ reason: { code: 'needs-isolation' } }] });
    expect(run.jobs[0]?.reason?.message).toContain('the service db cannot be had without containers');
    expect(left).toEqual([]);
  });
});
