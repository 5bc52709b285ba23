import { describe, expect, it } from 'vitest';
import { checkRunsOf } from '../../../src/runs/check-run.ts';
import { createRun } from '../../../src/runs/create-run.ts';
import type { Job, Run } from '../../../src/runs/run.ts';
import { transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, jobId, newRun, sampleLease } from './sample-run.ts';

const base = created([buildPlan('test')]).run;

function checkOf(job: Partial<Job>, run: Partial<Run> = {}) {
  const [first] = base.jobs;
  if (!first) throw new Error('the sample has a job');
  const [check] = checkRunsOf({ ...base, ...run, jobs: [{ ...first, ...job }] });
  if (!check) throw new Error('a job has a check');
  return check;
}

describe('a job is told as', () => {
  it.each<[Partial<Job>, string, string]>([
    [{ status: 'queued' }, 'queued', 'Queued'],
    [{ status: 'running' }, 'in_progress', 'Running'],
    [{ status: 'success' }, 'success', 'Succeeded'],
    [{ status: 'failure', reason: { code: 'step-failure', message: 'exit 2' } }, 'failure', 'Failed: exit 2'],
    [
      { status: 'failure', reason: { code: 'job-timeout', message: 'too long' } },
      'timed_out',
      'Failed: too long',
    ],
    [
      { status: 'failure', plan: buildPlan('test', [], { allowFailure: true }) },
      'neutral',
      'Failed, as it may',
    ],
    [{ status: 'error', reason: { code: 'x', message: 'y' } }, 'failure', 'Could not be carried out: y'],
    [{ status: 'cancelled' }, 'cancelled', 'Cancelled'],
    [{ status: 'skipped', reason: { code: 'when', message: 'not here' } }, 'skipped', 'Skipped: not here'],
    [{ status: 'waiting', reason: { code: 'group', message: 'its turn' } }, 'queued', 'its turn'],
    [{ status: 'waiting', reason: { code: 'approval', message: 'yes?' } }, 'action_required', 'yes?'],
    [
      { status: 'waiting', reason: { code: 'fork', message: 'a fork' } },
      'action_required',
      'Waits for approval of this commit',
    ],
  ])('%j: %s', (job, state, title) => {
    expect(checkOf(job)).toMatchObject({ state, title, name: 'hookline / test', externalId: 'run-test' });
  });

  it('what may still be done with it', () => {
    expect(checkOf({ status: 'running' }).actions).toEqual(['cancel']);
    expect(checkOf({ status: 'waiting', reason: { code: 'fork', message: '' } }).actions).toEqual([
      'approve',
      'reject',
    ]);
    expect(checkOf({ status: 'failure' }).actions).toEqual([]);
  });

  it('another name for each kind of event, so that what one leaves out hides nothing of the other', () => {
    const change = { ...base.change, event: 'pull_request' } as const;
    expect(checkOf({}, { change }).name).toBe('hookline / test (pr)');
  });

  it('a line that is cut between characters', () => {
    const { title } = checkOf({ status: 'failure', reason: { code: 'x', message: '🙂'.repeat(100) } });
    expect(title.length).toBeLessThanOrEqual(140);
    expect(title.isWellFormed()).toBe(true);
  });
});

describe('of a run that reports by checks', () => {
  const reported = () =>
    createRun({ ...newRun([buildPlan('a'), buildPlan('b', ['a'])]), reports: 'checks' }, 1);
  const told = (effects: readonly { type: string }[]) =>
    effects.flatMap((effect) =>
      'check' in effect
        ? [
            `${(effect.check as { name: string; state: string }).name} ${(effect.check as { state: string }).state}`,
          ]
        : [],
    );

  it('every job is told once at first, and then only what changes', () => {
    const first = reported();
    expect(told(first.effects)).toEqual(['hookline / a queued', 'hookline / b queued']);
    const lease = sampleLease('l');
    const claimed = transition(
      first.run,
      { type: 'claimed', jobId: jobId('run', 'a'), attempt: 1, lease },
      5,
    );
    expect(told(claimed.effects)).toEqual(['hookline / a in_progress']);
    expect(claimed.effects.some(({ type }) => type === 'commit-status')).toBe(false);
  });

  it('one without jobs is told under a name of its own', () => {
    const error = { code: 'pipeline', message: 'no' };
    const {
      plan: _plan,
      jobIds: _jobIds,
      ...given
    } = newRun([]) as ReturnType<typeof newRun> & {
      plan: unknown;
      jobIds: unknown;
    };
    const broken = createRun({ ...given, error, reports: 'checks' }, 1);
    expect(told(broken.effects)).toEqual(['hookline / pipeline failure']);
  });
});
