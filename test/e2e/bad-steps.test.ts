import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runHookline } from '../support/hookline-process.ts';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene, RunJson } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ engine, scene } = opened);
  },
  () => ({ HOOKLINE_SLOTS: '4', HOOKLINE_LOG_LIMIT_MIB: '4' }),
);

/** Pushes the pipeline to a repository of its own and answers its run when it has ended. */
async function outcomeOf(name: string, pipeline: string): Promise<RunJson> {
  const project = await scene.project(name);
  return scene.ended(await project.push(pipeline));
}

const logOf = (run: RunJson) => scene.log(run.jobs[0] ?? { id: 'no job' });
const stepsOf = (run: RunJson) => run.jobs[0]?.attempts.at(-1)?.steps ?? [];

describe.concurrent('a step', () => {
  it('that never ends is ended by its timeout, and says so', async () => {
    const script = 'trap "" TERM\necho begun\nwhile true; do sleep 1; done';
    const pipeline = oneStep(engine.image, script).replace('- run:', '- timeout: 1s\n        run:');
    const run = await outcomeOf('steps/endless', pipeline);
    expect(run.status).toBe('failure');
    expect(stepsOf(run)[0]?.message).toMatch(/took longer than 1 s.*begun/s);
    expect((await scene.status('steps/endless', run.sha, 'failure')).description).toMatch(
      /took longer than 1 s/,
    );
  });

  it('that is running when the time of its job is over is ended with it; one that says `always` is run', async () => {
    const pipeline = `image: ${engine.image}
jobs:
  test:
    timeout: 10s
    steps:
      - sleep 100
      - never this one
      - run: echo last words
        when: always
`;
    const run = await outcomeOf('steps/job-timeout', pipeline);
    expect(run).toMatchObject({
      status: 'failure',
      reason: { message: expect.stringMatching(/took longer than its limit of 10 s/) },
    });
    const log = await logOf(run);
    expect(log).toContain('last words');
    expect(log).not.toContain('never this one');
  });

  it.each([
    ['in lines', 'yes abcdefghijklmnopqrstuvwxyz | head -c 200000000', 0],
    ['without a line end', "head -c 50000000 /dev/zero | tr '\\0' x", 0],
    ['and then fails', 'yes | head -c 20000000\nexit 7', 7],
  ])('that prints far more than the cap %s ends as its exit code says', async (title, script, exitCode) => {
    const run = await outcomeOf(`steps/flood-${title.replaceAll(' ', '-')}`, oneStep(engine.image, script));
    expect(run.status).toBe(exitCode === 0 ? 'success' : 'failure');
    expect(stepsOf(run)[0]?.exitCode).toBe(exitCode);
    expect(run.jobs[0]?.attempts[0]?.log).toMatchObject({ cut: true });
    const log = await logOf(run);
    expect(log.length).toBeLessThan(4.1 * 1024 * 1024);
    expect(log.trimEnd().split('\n').at(-1)).toMatch(/the log reached its limit of 4 MiB/);
  });

  it('that prints what is no UTF-8 is shown with the mark for it', async () => {
    const run = await outcomeOf('steps/bytes', oneStep(engine.image, "printf 'a\\377\\376b\\0c\\n\\303'"));
    expect(run.status).toBe('success');
    expect(await logOf(run)).toMatch(/^a��b\0c\n�$/m);
  });

  it('whose image cannot be had makes the run an error that names the image', async () => {
    const run = await outcomeOf('steps/image', oneStep('hookline.invalid/no/such:image', 'true'));
    expect(run).toMatchObject({ status: 'error' });
    expect(run.reason?.message).toMatch(/hookline\.invalid\/no\/such:image/);
    expect(await logOf(run)).toMatch(/hookline\.invalid\/no\/such:image/);
  });

  it('that leaves files of others, closed folders and links to the outside leaves nothing behind', async () => {
    const script = `mkdir -p deep/er
touch deep/er/file && chown 12345 deep/er/file && chmod 000 deep/er deep
ln -s / outside
mkdir -m 000 closed`;
    const run = await outcomeOf('steps/messy', oneStep(engine.image, script));
    expect(run.status).toBe('success');
  });
});

describe('a secret', () => {
  it('that is not set makes the run an error with the command that sets it', async () => {
    const run = await outcomeOf('steps/no-secret', oneStep(engine.image, 'true', 'secrets: [TOKEN]'));
    expect(run).toMatchObject({ status: 'error' });
    expect(run.reason?.message).toContain('hookline secrets set steps/no-secret TOKEN');
  });

  it('reaches the step and nothing that is kept or shown: log, live log, message, status, database', async () => {
    const secret = 'correct-horse-battery-staple';
    const { settings } = scene;
    const set = await runHookline(['secrets', 'set', 'steps/secret', 'TOKEN'], {
      settings,
      input: `${secret}\n`,
    });
    expect(set).toMatchObject({ code: 0, stdout: 'TOKEN is set for steps/secret\n' });
    const script = `test "$TOKEN" = "${secret.replace('horse', 'h""orse')}" && echo it is the one
echo "now: $TOKEN"
printf 'correct-horse-'; sleep 0.3; echo "battery-staple"
echo "$TOKEN" | base64
exit 3`;
    const project = await scene.project('steps/secret');
    const sha = await project.push(oneStep(engine.image, script, 'secrets: [TOKEN]'));
    const begun = await scene.run(sha, ({ jobs }) => jobs[0]?.attempts[0]?.startedAt !== undefined);
    const live = await (await scene.get(`/api/v1/jobs/${begun.jobs[0]?.id}/log/stream`)).text();
    const run = await scene.ended(sha);
    const log = await logOf(run);
    expect(log).toContain('it is the one');
    expect(log).toContain('now: ***');
    expect(live).toContain('now: ***');
    expect(stepsOf(run)[0]?.message).toContain('***');
    const status = await scene.status('steps/secret', sha, 'failure');
    const database = await readFile(`${scene.dataDir}/database/hookline.sqlite-wal`, 'latin1').catch(
      () => '',
    );
    for (const kept of [
      log,
      live,
      JSON.stringify(run),
      JSON.stringify(status),
      scene.hookline.output(),
      database,
    ]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(Buffer.from(`${secret}\n`).toString('base64'));
    }
  });
});

describe('after all this', () => {
  it('the runner has not grown, nothing is left behind, and nobody saw a stack', async () => {
    await nothingLeft(scene.dataDir, engine.dockerHost);
    const runner = scene.hookline.children().find(({ command }) => command.includes(' runner'));
    const status = await readFile(`/proc/${runner?.pid}/status`, 'utf8');
    const peakMib = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    expect(peakMib).toBeLessThan(400);
    expect(scene.hookline.output()).not.toMatch(/^\s+at /m);
  });
});
