import { finishedEvent } from '../../runners/finished-event.ts';
import { watchForStop } from '../../runners/job-stop.ts';
import { createMasker } from '../../runners/log/masker.ts';
import { type BuildPorts, type JobRun, runJob } from '../../runners/run-job.ts';
import { watchKill } from '../../runners/watch-kill.ts';
import type { BuildSpec } from '../contract/job-spec.ts';
import type { JobEnd, LocalLease } from './local-lease.ts';
import { type LogLine, openLocalLog } from './local-log.ts';

/** One attempt at a job, carried out as a runner would, under a lease that nobody but this process grants. */
export async function carryOutJob(
  spec: BuildSpec,
  lease: LocalLease,
  ports: BuildPorts & {
    takeLines: (lines: readonly LogLine[]) => void | Promise<void>;
    whenFailed?: JobRun['whenFailed'];
  },
): Promise<JobEnd> {
  const { clock } = ports;
  const masker = createMasker(Object.values(spec.secrets));
  const jobLog = openLocalLog({ masker, limitBytes: spec.logLimitBytes, take: ports.takeLines });
  const stop = watchForStop(lease, spec.timeoutMs, clock);
  const kill = watchKill(stop, clock);
  const { whenFailed } = ports;
  const job = {
    leaseId: lease.id,
    jobLog,
    stop,
    report: lease.report,
    ...(whenFailed ? { whenFailed } : {}),
  };
  try {
    const { outcome, reason, usage } = await Promise.race([runJob(spec, job, ports), kill.hangs]);
    const log = await jobLog.end(stop.atOnce);
    const masked = reason && { code: reason.code, message: masker.text(reason.message).slice(0, 4_000) };
    if (stop.atOnce.aborted)
      return { finished: finishedEvent(clock.now(), 'cancelled', undefined, log, usage) };
    if (outcome === 'error' && masked) return { broken: masked };
    return { finished: finishedEvent(clock.now(), outcome, masked, log, usage) };
  } finally {
    kill.callOff();
    stop.close();
  }
}
