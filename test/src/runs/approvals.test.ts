import { describe, expect, it } from 'vitest';
import { type CommandAction, decideCommand } from '../../../src/runs/command.ts';
import type { Job, Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, deployPlan, jobId, sampleLease } from './sample-run.ts';

const seen = { sha: 'a'.repeat(40), digest: 'd1' };
const hour = 3_600_000;
const approval = { by: ['alice', 'Bob'], message: 'look at the graphs first', expiresMs: hour };
const plans = [buildPlan('build'), deployPlan('production', ['build'], { approval, group: 'g' })];

function ask(run: Run, action: CommandAction, by = 'alice', nowMs = 6_000) {
  return decideCommand(run, { id: 'c', runId: 'run', action, by, createdAtMs: 5_500 }, nowMs);
}

function decided(run: Run, action: CommandAction, by?: string) {
  const answer = ask(run, action, by);
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
}

function refusal(run: Run, action: CommandAction, by?: string, nowMs?: number): string {
  const answer = ask(run, action, by, nowMs);
  return 'refused' in answer ? answer.refused : 'it was not refused';
}

const move = (run: Run, ...events: RunEvent[]) =>
  events.reduce((current, event) => transition(current, event, 4_000).run, run);

function ended(name: string, outcome: 'success' | 'failure', attempt = 1): RunEvent[] {
  const lease = `${name}-${attempt}`;
  const end = { logLines: 0, logBytes: 0, logCut: false };
  const body = { type: 'job.finished', at: 3_000, outcome, ...end } as const;
  return [
    { type: 'claimed', jobId: jobId('run', name), attempt, lease: sampleLease(lease) },
    { type: 'reported', jobId: jobId('run', name), leaseId: lease, seq: 1, body },
  ];
}

const jobOf = (run: Run, name: string): Job => {
  const job = run.jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`no job ${name}`);
  return job;
};
const deploy = 'deploy production';
const built = move(created(plans).run, ...ended('build', 'success'));
const approve = { type: 'approve', ...seen } as const;

describe('a job that needs an approval', () => {
  it('waits for it once its needs are met, and the commit is told what for', () => {
    expect(jobOf(created(plans).run, deploy).status).toBe('queued');
    const { run, effects } = transition(
      move(created(plans).run, ...ended('build', 'success').slice(0, 1)),
      ended('build', 'success')[1] as RunEvent,
      4_000,
    );
    expect(run.status).toBe('waiting');
    expect(jobOf(run, deploy)).toMatchObject({
      status: 'waiting',
      gate: { askedAtMs: 4_000, expiresAtMs: 4_000 + hour },
      reason: {
        code: 'approval',
        message: 'waits for approval by alice or Bob, until 1970-01-01 01:00 UTC: look at the graphs first',
      },
    });
    expect(effects).toMatchObject([
      { status: { state: 'pending', description: 'Run #1 waits for approval of deploy production' } },
    ]);
  });

  it('takes a yes of one who may, keeps who, when, why and of what, and then waits for its group', () => {
    const { run } = decided(built, { ...approve, comment: 'fine' }, 'bob');
    const decision = { verdict: 'approved', by: 'bob', atMs: 5_500, comment: 'fine', ...seen };
    expect(jobOf(run, deploy)).toMatchObject({
      status: 'waiting',
      reason: { code: 'group' },
      gate: { decision },
    });
    const turn = move(run, { type: 'group-granted', jobId: jobId('run', deploy), turn: 1 });
    expect(jobOf(turn, deploy)).toMatchObject({
      status: 'queued',
      attempt: { number: 1 },
      gate: { decision },
    });
  });

  it('refuses an approval of another commit or pipeline, of nothing in particular, and of somebody else', () => {
    expect(refusal(built, { ...approve, sha: 'b'.repeat(40) })).toContain('the approval names bbbb');
    expect(refusal(built, { ...approve, digest: 'd2' })).toBe(
      'run #1 is of pipeline d1, and the approval names d2',
    );
    expect(refusal(built, { type: 'approve', sha: seen.sha })).toContain('names the digest of its pipeline');
    expect(refusal(built, approve, 'carol')).toBe(
      'run #1 wants deploy production to be approved by alice or Bob, not by carol',
    );
    expect(refusal(built, { ...approve, job: 'build' })).toBe(
      'run #1 has no job "build" that waits for approval; deploy production does',
    );
    expect(refusal(built, approve, 'alice', 4_000 + hour)).toContain('waited for an approval');
    expect(refusal(decided(built, approve).run, approve)).toContain('waits for no approval');
  });

  it('ends with a no, and what needs it says who said so and why', () => {
    const gated = [buildPlan('migrate', [], { approval }), buildPlan('test', ['migrate'])];
    const { run, effects } = decided(created(gated).run, {
      type: 'reject',
      ...seen,
      comment: 'not on a Friday',
    });
    expect(run).toMatchObject({
      status: 'cancelled',
      reason: { code: 'rejected', message: 'migrate: rejected by alice: not on a Friday' },
    });
    expect(jobOf(run, 'migrate').status).toBe('cancelled');
    expect(jobOf(run, 'test')).toMatchObject({
      status: 'skipped',
      reason: { message: 'job "migrate" ended as cancelled: rejected by alice: not on a Friday' },
    });
    expect(effects).toMatchObject([
      { status: { description: 'Run #1 was cancelled: migrate: rejected by alice: not on a Friday' } },
    ]);
  });

  it('ends when nobody answered in time, and not a moment earlier', () => {
    const expired: RunEvent = { type: 'gate-expired', jobId: jobId('run', deploy) };
    expect(transition(built, expired, 3_999 + hour).run).toBe(built);
    const { run } = transition(built, expired, 4_000 + hour);
    expect(jobOf(run, deploy)).toMatchObject({
      status: 'cancelled',
      reason: { code: 'approval-expired', message: 'nobody approved it in the 60 min it waited' },
    });
    expect(run.status).toBe('cancelled');
  });

  it('is to be named when several wait', () => {
    const two = created([buildPlan('a', [], { approval }), buildPlan('b', [], { approval })]).run;
    expect(refusal(two, approve)).toBe('run #1 has 2 jobs that wait for approval: name one of a, b');
    const { run } = decided(two, { ...approve, job: 'b' });
    expect(run.jobs.map(({ status }) => status)).toEqual(['waiting', 'queued']);
  });

  it('keeps its approval when its runner is lost, and asks again when a person runs it again', () => {
    const passed = decided(created([buildPlan('a', [], { approval })]).run, approve).run;
    const lost = move(
      passed,
      { type: 'claimed', jobId: jobId('run', 'a'), attempt: 1, lease: sampleLease('l1') },
      { type: 'lease-expired', jobId: jobId('run', 'a'), leaseId: 'l1' },
    );
    expect(jobOf(lost, 'a')).toMatchObject({ status: 'queued', attempt: { number: 2 } });
    const failed = move(lost, ...ended('a', 'failure', 2));
    const again = jobOf(decided(failed, { type: 'retry', scope: 'failed' }).run, 'a');
    expect(again).toMatchObject({ status: 'waiting', gate: { askedAtMs: 6_000 } });
    expect(again.gate?.decision).toBeUndefined();
    expect(again.pastGates).toMatchObject([{ decision: { by: 'alice' } }]);
  });
});

describe("a fork's commit", () => {
  const change = { fork: true, author: { name: 'Eve', login: 'eve' }, sender: 'eve-bot' };
  const fork = created([buildPlan('a')], { change }).run;

  it('is never approved by who wrote or sent it, under any spelling', () => {
    for (const name of ['eve', 'EVE ', 'eve-bot']) {
      expect(refusal(fork, approve, name)).toContain('somebody else has to say yes or no');
    }
    expect(decided(fork, approve).run.status).toBe('queued');
  });

  it('can be rejected as a whole', () => {
    const { run } = decided(fork, { type: 'reject', ...seen, comment: 'a miner' });
    expect(run).toMatchObject({ status: 'cancelled', reason: { message: 'rejected by alice: a miner' } });
  });
});
