import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/errors.ts';
import type { Fault } from './faults/fault.ts';
import type { PlannedFault } from './plan-faults.ts';

export type InjectedFault = PlannedFault & {
  /** Since the beginning; what could not be done to the target says why. */
  readonly begunAtMs: number;
  readonly endedAtMs: number;
  readonly problem?: string;
};

/** Lets everything break as planned, and mends it all before it resolves. */
export async function injectFaults(
  planned: readonly PlannedFault[],
  faults: readonly Fault[],
  signal: AbortSignal,
): Promise<InjectedFault[]> {
  const startedAtMs = performance.now();
  const sinceMs = () => Math.round(performance.now() - startedAtMs);
  // One after another on one target: a fault that took longer than planned holds up the next one.
  const lanes = new Map<string, Promise<unknown>>();
  const work = planned.map((fault) => {
    const injecting = (lanes.get(fault.target) ?? Promise.resolve()).then(() => injectOne(fault));
    lanes.set(fault.target, injecting);
    return injecting;
  });
  return Promise.all(work);

  async function injectOne(fault: PlannedFault): Promise<InjectedFault> {
    const kind = faults.find(({ name }) => name === fault.kind);
    if (!kind) throw new Error(`there is no fault ${fault.kind}`);
    const pause = (ms: number) => sleep(Math.max(0, ms), undefined, { signal }).catch(() => {});
    await pause(fault.atMs - sinceMs());
    const begunAtMs = sinceMs();
    if (signal.aborted) return { ...fault, begunAtMs, endedAtMs: begunAtMs, problem: 'not begun' };
    try {
      const mend = await kind.inject(fault);
      await pause(fault.lastsMs);
      await mend();
      return { ...fault, begunAtMs, endedAtMs: sinceMs() };
    } catch (error) {
      return { ...fault, begunAtMs, endedAtMs: sinceMs(), problem: messageOf(error) };
    }
  }
}

export function timelineText(faults: readonly InjectedFault[]): string {
  return faults
    .map(({ kind, target, begunAtMs, endedAtMs, problem }) => {
      const at = `${(begunAtMs / 1_000).toFixed(1)} s`.padStart(9);
      const lasted = `${((endedAtMs - begunAtMs) / 1_000).toFixed(1)} s`;
      return `${at}  ${`${kind}: ${target}`.padEnd(40)} ${lasted}${problem === undefined ? '' : `  ${problem}`}`;
    })
    .join('\n');
}
