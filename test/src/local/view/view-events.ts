import type { View, ViewEvent } from '../../../../src/local/view/view-event.ts';
import type { Run } from '../../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../../src/runs/transition.ts';
import { firstState } from '../local-samples.ts';

const runner = { id: 'local', address: 'local', name: 'this machine' };

/** The events of a run of one job, as a test has them happen. */
export function openEvents(text: string) {
  const events: ViewEvent[] = [];
  let run: Run = firstState(text);
  let seq = 0;
  const jobId = 'job-0';
  const show = (nowMs: number) => void events.push({ type: 'run', run, nowMs });
  const apply = (event: RunEvent, nowMs: number) => {
    run = transition(run, event, nowMs).run;
    show(nowMs);
  };
  show(0);
  return {
    events,
    begin() {
      const lease = { id: 'lease', claimId: 'claim', runner, grantedUntilMs: 1_000_000 };
      apply({ type: 'claimed', jobId, attempt: 1, lease }, 0);
      this.report({ type: 'job.started', at: 0 });
    },
    report(event: Extract<ViewEvent, { type: 'job' }>['event']) {
      seq += 1;
      events.push({ type: 'job', jobId, event });
      apply({ type: 'reported', jobId, leaseId: 'lease', seq, body: event }, 'at' in event ? event.at : 0);
    },
    say(step: number | undefined, ...texts: string[]) {
      const lines = texts.map((each) => ({ ...(step === undefined ? {} : { step }), text: each }));
      events.push({ type: 'lines', jobId, lines });
    },
    step(index: number, name: string, fromMs: number, toMs: number, failed?: string) {
      this.report({ type: 'step.started', at: fromMs, index, name });
      return () =>
        this.report({
          type: 'step.finished',
          at: toMs,
          index,
          outcome: failed === undefined ? 'success' : 'failure',
          ...(failed === undefined ? {} : { message: failed, exitCode: 3 }),
        });
    },
    end(outcome: 'success' | 'failure', at: number, message?: string) {
      const reason = message === undefined ? {} : { reason: { code: 'step-failure', message } };
      this.report({
        type: 'job.finished',
        at,
        outcome,
        ...reason,
        logLines: 0,
        logBytes: 0,
        logCut: false,
      });
    },
  };
}

/** Everything that a view prints for these events, and its last state. */
export function viewed<State>(view: View<State>, events: readonly ViewEvent[]) {
  let state = view.initial;
  const printed: string[] = [];
  for (const event of events) {
    const next = view.next(state, event);
    state = next.state;
    printed.push(...next.print);
  }
  return { state, printed };
}
