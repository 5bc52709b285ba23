import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene, RunJson } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ engine, scene } = opened);
  },
  () => ({ HOOKLINE_STOP_GRACE_S: '20' }),
);

/** Long enough to be hit in its middle, and done at once when it is the second attempt. */
const job = () =>
  oneStep(
    engine.image,
    'echo "attempt $HOOKLINE_ATTEMPT"\nif [ "$HOOKLINE_ATTEMPT" = 1 ]; then sleep 2; fi\necho done',
  );

const hasBegun = (run: RunJson) =>
  run.jobs.some((each) =>
    each.attempts.some(({ steps }) => steps.some(({ status }) => status === 'running')),
  );

function childPid(command: string): number {
  const child = scene.hookline.children().find((each) => each.command.includes(command));
  if (!child) throw new Error(`hookline has no child ${command}`);
  return child.pid;
}

async function endsWell(project: string, sha: string): Promise<RunJson> {
  const run = await scene.ended(sha);
  expect(run).toMatchObject({ status: 'success' });
  expect(await scene.log(run.jobs[0] ?? { id: '' })).toMatch(/^done$/m);
  await scene.status(project, sha, 'success');
  expect(scene.git.statuses(project, sha).filter(({ state }) => state === 'success')).toHaveLength(1);
  await nothingLeft(scene.dataDir, engine.dockerHost);
  return run;
}

describe('a process that is killed in the middle of a job', () => {
  it('the runner: it is started again, clears up, and a new attempt succeeds', async () => {
    const project = await scene.project('luck/runner');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    process.kill(childPid(' runner'), 'SIGKILL');
    const run = await endsWell('luck/runner', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(2);
    expect(run.jobs[0]?.attempts[0]).toMatchObject({ status: 'lost' });
  });

  it('redis-server: it is started again and the same attempt goes on', async () => {
    const project = await scene.project('luck/redis');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    process.kill(childPid('redis-server'), 'SIGKILL');
    const run = await endsWell('luck/redis', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(1);
  });

  it('all that Redis knew is gone: the job goes on, and those that wait are run', async () => {
    const project = await scene.project('luck/forgetful');
    const pushes: string[] = [];
    for (const branch of ['one', 'two', 'three', 'four']) pushes.push(await project.push(job(), { branch }));
    // Two are carried out and two wait, or fewer where pushing takes longer than a job.
    await scene.run(pushes.at(-1) ?? '', () => true);
    const redis = new Redis({ path: join(scene.dataDir, 'redis/redis.sock') });
    await redis.flushall();
    redis.disconnect();
    for (const sha of pushes) {
      const run = await scene.ended(sha);
      expect(run).toMatchObject({ status: 'success' });
      await scene.status('luck/forgetful', sha, 'success');
    }
    await nothingLeft(scene.dataDir, engine.dockerHost);
  });

  it('web and control: after the next start the run succeeds', async () => {
    const project = await scene.project('luck/web');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    scene.hookline.signal('SIGKILL');
    await scene.hookline.ended;
    await scene.start();
    await endsWell('luck/web', sha);
  });

  it('all of them: after the next start the run succeeds', async () => {
    const project = await scene.project('luck/all');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    const pids = [scene.hookline.pid, ...scene.hookline.children().map(({ pid }) => pid)];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await scene.hookline.ended;
    await scene.start();
    const run = await endsWell('luck/all', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(2);
  });

  it('the runner, before it said a word: the attempt is given to its successor within 30 s', async () => {
    const project = await scene.project('luck/wordless');
    // Stopped, it can take the ticket and claim no more than it did.
    const pid = childPid(' runner');
    const sha = await project.push(job());
    process.kill(pid, 'SIGKILL');
    const killedAtMs = Date.now();
    await endsWell('luck/wordless', sha);
    expect(Date.now() - killedAtMs).toBeLessThan(35_000);
  });

  it('web and control while five branches are being told: each gets one run, as far as it was told', async () => {
    const project = await scene.project('luck/branches');
    const { copy } = project;
    await copy.commit('.hookline.yml', oneStep(engine.image, 'echo done'));
    const branches = ['one', 'two', 'three', 'four', 'five'];
    for (const branch of branches) {
      await copy.git('checkout', '--quiet', '-b', branch, 'main');
      await copy.commit('branch.txt', branch);
    }
    const pushing = copy.git('push', '--quiet', 'origin', ...branches);
    await scene.hookline.logged(
      (line) => line.msg.endsWith('created') && line['repository'] === 'luck/branches',
    );
    scene.hookline.signal('SIGKILL');
    await scene.hookline.ended;
    await pushing;
    await scene.git.settled();
    await scene.start();
    const missed = scene.git
      .deliveries()
      .filter(
        ({ repository, event, response }) =>
          repository === 'luck/branches' && event === 'push' && response?.status !== 202,
      );
    for (const { id } of missed) await scene.git.redeliver(id);
    for (const branch of branches) {
      await endsWell('luck/branches', (await copy.git('rev-parse', branch)).trim());
    }
  });

  it('while nothing listens a push is not lost: the host delivers again', async () => {
    const project = await scene.project('luck/away');
    await scene.hookline.stop();
    const sha = await project.push(job());
    const missed = scene.git.deliveries().findLast(({ event }) => event === 'push');
    expect(missed?.response).toBeUndefined();
    await scene.start();
    await scene.git.redeliver(missed?.id ?? 0);
    await endsWell('luck/away', sha);
  });
});

describe('SIGTERM in the middle of a job', () => {
  it('lets the job end within the grace', async () => {
    const project = await scene.project('luck/grace');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    expect(await scene.hookline.stop()).toEqual({ code: 0, signal: null });
    await nothingLeft(scene.dataDir, engine.dockerHost);
    await scene.start();
    const run = await endsWell('luck/grace', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(1);
  });

  it('and again hands the job back at once, to be done after the next start', async () => {
    const project = await scene.project('luck/hurry');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    scene.hookline.signal('SIGTERM');
    await scene.hookline.logged((line) => line.process === 'runner' && line.msg.endsWith(': stopping'));
    scene.hookline.signal('SIGTERM');
    expect(await scene.hookline.ended).toEqual({ code: 0, signal: null });
    await nothingLeft(scene.dataDir, engine.dockerHost);
    await scene.start();
    const run = await endsWell('luck/hurry', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(2);
  });

  it('without a grace hands the job back, to be done after the next start', async () => {
    scene.set({ HOOKLINE_STOP_GRACE_S: '0' });
    await scene.hookline.stop();
    await scene.start();
    const project = await scene.project('luck/no-grace');
    const sha = await project.push(job());
    await scene.run(sha, hasBegun);
    expect(await scene.hookline.stop()).toEqual({ code: 0, signal: null });
    await nothingLeft(scene.dataDir, engine.dockerHost);
    await scene.start();
    const run = await endsWell('luck/no-grace', sha);
    expect(run.jobs[0]?.attempts).toHaveLength(2);
  });

  it('leaves no process behind', async () => {
    const children = scene.hookline.children().map(({ pid }) => pid);
    await scene.hookline.stop();
    const isGone = (pid: number) => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    await waitUntil(async () => children.every(isGone), {
      what: 'the children to be gone',
      timeoutMs: 5_000,
    });
  });
});
