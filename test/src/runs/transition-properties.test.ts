import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neededAs } from '../../../pipelines/plan.ts';
import { type JobEvent, jobOutcomes } from '../../../src/contract/job-event.ts';
import { isFinal, type Job, type Run, type Status } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, deployPlan, jobId, sampleLease } from './sample-run.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const values = ['0', '1'];
const combination = (name: string, n: string) => `${name} (n=${n})`;
const leases = ['l1', 'l2', 'l3', 'l4'];

const oneJob = fc.record({
  needs: fc.subarray(names),
  allowFailure: fc.constantFrom({}, { allowFailure: true as const }),
  group: fc.constantFrom({}, {}, { group: 'g' }),
  matrix: fc.constantFrom(undefined, { failFast: false }, { failFast: true }),
});
/** A job with a matrix comes as two, `b (n=0)` and `b (n=1)`, and is needed as `b`. */
const builds = fc.array(oneJob, { minLength: 1, maxLength: names.length }).map((jobs) =>
  jobs.flatMap(({ needs, allowFailure, group, matrix }, index) => {
    const name = names[index] ?? '';
    const earlier = needs.filter((other) => names.indexOf(other) < index);
    if (!matrix) return [buildPlan(name, earlier, { ...allowFailure, ...group })];
    return values.map((n) =>
      buildPlan(combination(name, n), earlier, {
        ...allowFailure,
        ...group,
        matrix: { job: name, values: { n }, ...matrix },
      }),
    );
  }),
);

/** Without a deployment, or with one after everything else. */
const plans = fc.tuple(builds, fc.boolean()).map(([jobs, deploys]) => {
  const needs = [...new Set(jobs.map(neededAs))];
  return deploys ? [...jobs, deployPlan('x', needs)] : jobs;
});

const body: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.record({ type: fc.constant('job.started' as const), at: fc.nat() }),
  fc.record({
    type: fc.constant('step.started' as const),
    at: fc.nat(),
    index: fc.nat(3),
    name: fc.constant('s'),
  }),
  fc.record({
    type: fc.constant('step.finished' as const),
    at: fc.nat(),
    index: fc.nat(3),
    outcome: fc.constantFrom('success' as const, 'failure' as const),
  }),
  fc.record({
    type: fc.constant('job.finished' as const),
    at: fc.nat(),
    outcome: fc.constantFrom(...jobOutcomes),
    logLines: fc.nat(),
    logBytes: fc.nat(),
    logCut: fc.boolean(),
  }),
);

const job = fc
  .constantFrom('deploy x', ...names, ...names.flatMap((name) => values.map((n) => combination(name, n))))
  .map((name) => jobId('run', name));
const lease = fc.constantFrom(...leases);
const attempt = fc.integer({ min: 1, max: 4 });
const reason = fc.constant({ code: 'x', message: 'because '.repeat(60) });

const successor = fc.record({
  id: fc.constant('newer'),
  number: fc.constant(2),
  sha: fc.constantFrom('a'.repeat(40), 'b'.repeat(40)),
});

/** Claims and events mostly in turn, so that runs get somewhere; the rest at random. */
const event: fc.Arbitrary<RunEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('claimed' as const),
      jobId: job,
      attempt,
      lease: lease.map((id) => sampleLease(id)),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('reported' as const),
      jobId: job,
      leaseId: lease,
      seq: fc.integer({ min: 1, max: 4 }),
      body,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('lease-expired' as const), jobId: job, leaseId: lease }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('refused' as const), jobId: job, attempt, reason }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel-requested' as const), reason }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('group-granted' as const),
      jobId: job,
      turn: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('superseded' as const), by: successor }) },
);

function statusByItsJobs(run: Run): Status {
  const all = run.jobs.map(({ status, plan }): Status => {
    const isAllowed = plan.kind === 'build' && plan.allowFailure === true;
    return status === 'failure' && isAllowed ? 'success' : status;
  });
  const isActive = run.jobs.some(
    ({ status, attempt }) => status === 'running' || attempt?.status === 'queued',
  );
  if (all.includes('waiting') && !isActive) return 'waiting';
  if (all.some((status) => !isFinal(status))) {
    return all.includes('running') || all.some(isFinal) ? 'running' : 'queued';
  }
  return (
    (['error', 'failure', 'cancelled', 'success'] as const).find((status) => all.includes(status)) ??
    'skipped'
  );
}

const isWrong = ({ status, plan }: Job) =>
  status === 'error' || (status === 'failure' && !(plan.kind === 'build' && plan.allowFailure));

/** Of a matrix that fails fast, nothing goes on beside what failed unless it is being stopped. */
function goesOnBesideFailure(run: Run): Job[] {
  const matrixOf = ({ plan }: Job) => (plan.kind === 'build' && plan.matrix?.failFast ? plan.matrix.job : '');
  const broken = new Set(run.jobs.filter(isWrong).map(matrixOf));
  return run.jobs.filter(
    (job) =>
      matrixOf(job) !== '' &&
      broken.has(matrixOf(job)) &&
      !isFinal(job.status) &&
      !job.attempt?.cancelRequested,
  );
}

/** Jobs that were given out although something that they need, as a whole, did not succeed. */
function startedTooEarly(run: Run): Job[] {
  return run.jobs.filter(
    (job) =>
      job.attempt !== undefined &&
      job.plan.needs.some((name) =>
        run.jobs.some(
          (other) =>
            (other.name === name || other.name.startsWith(`${name} (`)) &&
            (!isFinal(other.status) || isWrong(other)),
        ),
      ),
  );
}

describe('whatever happens to a run, in whatever order', () => {
  it('what is final stays, tickets are unique, and the run agrees with its jobs', () => {
    fc.assert(
      fc.property(plans, fc.array(event, { maxLength: 60 }), (jobs, events) => {
        const first = created(jobs);
        const seen = new Set<string>();
        const note = (effects: typeof first.effects) => {
          for (const effect of effects) {
            if (effect.type === 'ticket') {
              const ticket = `${effect.jobId} ${effect.attempt}`;
              expect(seen.has(ticket)).toBe(false);
              seen.add(ticket);
            } else if (effect.type === 'commit-status') {
              expect(effect.status.description.length).toBeLessThanOrEqual(140);
              expect(effect.status.context).toBe('hookline/push');
            }
          }
        };
        note(first.effects);
        let run = first.run;
        for (const [index, happened] of events.entries()) {
          const next = transition(run, happened, 1_000 + index);
          note(next.effects);
          if (isFinal(run.status)) expect(next.run).toBe(run);
          run.jobs.forEach((before, at) => {
            const after = next.run.jobs[at];
            if (isFinal(before.status)) expect(after).toBe(before);
            expect(after?.attempt?.number ?? 0).toBeGreaterThanOrEqual(before.attempt?.number ?? 0);
            if (after?.attempt && after.attempt.number === before.attempt?.number) {
              expect(after.attempt.lastSeq).toBeGreaterThanOrEqual(before.attempt.lastSeq);
            }
          });
          for (const { attempt: replaced } of next.replaced) expect(replaced.status).toBe('lost');
          expect(next.run.status).toBe(statusByItsJobs(next.run));
          if (next.run.supersededBy !== run.supersededBy) {
            expect(happened.type).toBe('superseded');
            expect(run.supersededBy).toBeUndefined();
            expect(run.jobs.some(({ plan, status }) => plan.kind === 'deploy' && status === 'running')).toBe(
              false,
            );
          }
          if (next.run.supersededBy?.sha === run.change.sha) {
            expect(next.effects.filter(({ type }) => type === 'commit-status')).toEqual([]);
          }
          run.jobs.forEach(({ status, plan, attempt: earlier }, at) => {
            const first = next.run.jobs[at]?.attempt;
            // Of a group nobody goes first without having been told.
            if (plan.group === undefined || earlier || !first) return;
            expect(happened).toMatchObject({ type: 'group-granted', jobId: next.run.jobs[at]?.id });
            expect(status).toBe('waiting');
          });
          expect(goesOnBesideFailure(next.run)).toEqual([]);
          expect(startedTooEarly(next.run)).toEqual([]);
          expect(next.run.finishedAtMs !== undefined).toBe(isFinal(next.run.status));
          // The same event a second time: nothing is left for it to do.
          expect(
            transition(next.run, happened, 1_000 + index).effects.filter(({ type }) => type === 'ticket'),
          ).toEqual([]);
          run = next.run;
        }
      }),
      { numRuns: 1_500 },
    );
  });
});
