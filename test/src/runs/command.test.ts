import { describe, expect, it } from 'vitest';
import { type CommandAction, decideCommand } from '../../../src/runs/command.ts';
import { buildSpecOf, deploySpecOf } from '../../../src/runs/job-spec-of.ts';
import type { Job, Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, deployPlan, jobId, sampleLease } from './sample-run.ts';

const sha = 'a'.repeat(40);
const command = (action: CommandAction) => ({ id: 'c', runId: 'run', action, by: 'Ada', createdAtMs: 5_000 });

function decided(run: Run, action: CommandAction) {
  const answer = decideCommand(run, command(action), 6_000);
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
}

function refusal(run: Run, action: CommandAction): string {
  const answer = decideCommand(run, command(action), 6_000);
  return 'refused' in answer ? answer.refused : 'it was not refused';
}

function moved(run: Run, ...events: RunEvent[]): Run {
  return events.reduce((current, event) => transition(current, event, 4_000).run, run);
}

function ended(job: string, outcome: 'success' | 'failure', lease = `lease-${job}`): RunEvent[] {
  const end = { logLines: 0, logBytes: 0, logCut: false };
  const body = { type: 'job.finished', at: 3_000, outcome, ...end } as const;
  return [
    { type: 'claimed', jobId: jobId('run', job), attempt: 1, lease: sampleLease(lease) },
    { type: 'reported', jobId: jobId('run', job), leaseId: lease, seq: 1, body },
  ];
}

const jobOf = (run: Run, name: string): Job => {
  const job = run.jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`no job ${name}`);
  return job;
};

describe('approving', () => {
  const change = { fork: true, author: { name: 'Eve', login: 'eve' } };
  const fork = created([buildPlan('build'), buildPlan('test', ['build'])], { change }).run;

  it('starts a waiting run and keeps who said so, when, and why', () => {
    const { run, effects } = decided(fork, { type: 'approve', sha, comment: 'read it' });
    expect(run.approval).toEqual({ by: 'Ada', atMs: 5_000, comment: 'read it' });
    expect(run.jobs.map((job) => [job.status, job.attempt?.number])).toEqual([
      ['queued', 1],
      ['queued', undefined],
    ]);
    expect(effects).toContainEqual({
      type: 'ticket',
      queue: 'jobs',
      jobId: jobId('run', 'build'),
      attempt: 1,
    });
    expect(run.jobs.every((job) => job.reason === undefined)).toBe(true);
  });

  it('is of one commit: an approval that names another is refused', () => {
    expect(refusal(fork, { type: 'approve', sha: 'b'.repeat(40) })).toContain('the approval names bbbb');
  });

  it('is refused for a run that waits for none', () => {
    const run = created([buildPlan('build')]).run;
    expect(refusal(run, { type: 'approve', sha })).toBe('run #1 is queued and waits for no approval');
  });
});

describe('a turn in a group', () => {
  const run = created([buildPlan('test', [], { group: 'g' })]).run;
  const grant: CommandAction = { type: 'grant-group', jobId: jobId('run', 'test'), turn: 1 };

  it('is given to the job that waits for it, and needs no approval', () => {
    expect(jobOf(decided(run, grant).run, 'test').status).toBe('queued');
    expect(refusal(run, { type: 'approve', sha })).toBe('run #1 is waiting and waits for no approval');
  });

  it('is refused by a job that waits for it no longer', () => {
    const cancelled = decided(run, { type: 'cancel' }).run;
    expect(refusal(cancelled, grant)).toBe('run #1 has nothing left to grant-group');
  });
});

describe('retrying', () => {
  const plans = [buildPlan('lint'), buildPlan('test'), deployPlan('production', ['test'])];
  const failed = moved(created(plans).run, ...ended('lint', 'success'), ...ended('test', 'failure'));

  it('gives another attempt to what did not succeed, and leaves the rest as it was', () => {
    expect(failed.status).toBe('failure');
    const { run, effects, replaced } = decided(failed, { type: 'retry', scope: 'failed' });
    expect(run.status).toBe('running');
    expect(run.finishedAtMs).toBeUndefined();
    expect(run.reason).toBeUndefined();
    expect(jobOf(run, 'lint')).toEqual(jobOf(failed, 'lint'));
    expect(jobOf(run, 'test').attempt?.number).toBe(2);
    expect(jobOf(run, 'deploy production').status).toBe('queued');
    expect(replaced).toEqual([{ jobId: jobId('run', 'test'), attempt: jobOf(failed, 'test').attempt }]);
    const status = effects.find((effect) => effect.type === 'commit-status');
    expect(status).toMatchObject({ status: { state: 'pending' } });
  });

  it('gives every job another attempt when all are asked for', () => {
    const { run } = decided(failed, { type: 'retry', scope: 'all' });
    expect(run.jobs.map((job) => job.attempt?.number)).toEqual([2, 2, undefined]);
  });

  it('is refused while the run goes on, and when nothing failed', () => {
    const running = created([buildPlan('build')]).run;
    expect(refusal(running, { type: 'retry', scope: 'all' })).toContain('only a run that has ended');
    const success = moved(running, ...ended('build', 'success'));
    expect(refusal(success, { type: 'retry', scope: 'failed' })).toBe('run #1 has nothing left to retry');
  });

  it('counts lost runners anew', () => {
    let run = created([buildPlan('build')]).run;
    const id = jobId('run', 'build');
    const lose = (attempt: number): void => {
      run = moved(
        run,
        { type: 'claimed', jobId: id, attempt, lease: sampleLease(`l${attempt}`) },
        { type: 'lease-expired', jobId: id, leaseId: `l${attempt}` },
      );
    };
    for (const attempt of [1, 2, 3]) lose(attempt);
    expect(run.status).toBe('error');
    run = decided(run, { type: 'retry', scope: 'failed' }).run;
    lose(4);
    expect([run.status, jobOf(run, 'build').attempt?.number]).toEqual(['queued', 5]);
  });
});

describe('cancelling', () => {
  it('says who did it, and is refused for a run that has ended', () => {
    const { run } = decided(created([buildPlan('build')]).run, { type: 'cancel', reason: 'wrong branch' });
    expect(run.status).toBe('cancelled');
    expect(run.reason?.message).toBe('cancelled by Ada: wrong branch');
    expect(refusal(run, { type: 'cancel' })).toBe('run #1 ended as cancelled already');
  });
});

describe('the key of a deployment', () => {
  const limits = { logLimitBytes: 1, memoryBytes: 1, cpus: 1, pids: 1 };
  const opened = { artifact: { name: 'app', key: 'k', sizeBytes: 1, sha256: 's' }, secrets: {} };
  const keyAt = (number: number, losses: number) => {
    const run = created([buildPlan('build'), deployPlan('production', ['build'])]).run;
    const plan = deployPlan('production', ['build']);
    if (plan.kind !== 'deploy') throw new Error('not a deployment');
    const attempt = {
      number,
      losses,
      faults: losses,
      status: 'queued',
      queuedAtMs: 1,
      cancelRequested: false,
      lastSeq: 0,
      steps: [],
    } as const;
    const job = { id: 'job', name: plan.name, plan, status: 'queued', attempt } as const;
    return deploySpecOf(run, job, opened, limits).deploymentKey;
  };

  it('stays the same when a runner is lost, and changes when a person asks again', () => {
    expect([keyAt(1, 0), keyAt(2, 1), keyAt(3, 2)]).toEqual(['job', 'job', 'job']);
    expect([keyAt(4, 0), keyAt(5, 1)]).toEqual(['job-4', 'job-4']);
  });

  it.each(['runner-restarted', 'runner-handed-back', 'runner-lost'])(
    'stays the same when the runner gives the attempt back (%s)',
    (code) => {
      const plan = deployPlan('production', []);
      const { run } = created([plan]);
      const id = jobId('run', plan.name);
      const end = { logLines: 0, logBytes: 0, logCut: false };
      const reason = { code, message: 'runner one gave the job back' };
      const body = { type: 'job.finished', at: 3_000, outcome: 'lost', reason, ...end } as const;
      const again = moved(
        run,
        { type: 'claimed', jobId: id, attempt: 1, lease: sampleLease('l1') },
        { type: 'reported', jobId: id, leaseId: 'l1', seq: 1, body },
      );
      expect(jobOf(again, plan.name).attempt).toMatchObject({ number: 2, losses: 1 });
    },
  );

  it('is no part of a build', () => {
    const run = created([buildPlan('build')]).run;
    const [job] = run.jobs;
    if (job?.plan.kind !== 'build') throw new Error('not a build');
    const source = {
      repository: 'octo/app',
      cloneUrl: 'https://example.com/x.git',
      ref: 'refs/heads/main',
      sha,
    };
    expect(buildSpecOf(run, { ...job, plan: job.plan }, { source, secrets: {} }, limits)).not.toHaveProperty(
      'deploymentKey',
    );
  });
});
