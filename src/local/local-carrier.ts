import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { posix } from 'node:path';
import type { JobContainer } from '../../runners/engine/engine.ts';
import type { BuildPorts } from '../../runners/run-job.ts';
import type { JobEvent } from '../contract/job-event.ts';
import type { BuildSpec } from '../contract/job-spec.ts';
import { artifactFileName } from '../contract/live-log.ts';
import type { CodeSource } from '../runs/forge.ts';
import { buildSpecOf, type JobLimits } from '../runs/job-spec-of.ts';
import { carryOutJob } from './carry-out-job.ts';
import type { LocalRunPorts } from './carry-out-run.ts';
import { secretsFor } from './choose-secrets.ts';
import type { LogLine } from './local-log.ts';
import type { OutDirectory } from './out-directory.ts';
import type { Screen } from './view/screen.ts';
import type { MadeArtifact } from './view/summary.ts';

export type ShellPlace = { containerId: string; env: Record<string, string>; workingDirectory: string };

export type CarrierOptions = {
  source: CodeSource;
  /** The folder that every job gets a copy of. */
  snapshot: string;
  secrets: Readonly<Record<string, string>>;
  limits: JobLimits;
  screen: Screen;
  out: Pick<OutDirectory, 'appendLog' | 'artifactPath'>;
  onArtifact: (artifact: MadeArtifact) => void;
  /** Absent: a container goes as soon as its steps have ended. */
  openShell?: (place: ShellPlace) => Promise<void>;
};

const workspacePath = '/workspace';

/** Carries out the jobs of a run over the copy of its working tree, and shows them as they go. */
export function createLocalCarrier(
  ports: Omit<BuildPorts, 'checkout'>,
  options: CarrierOptions,
): LocalRunPorts['carryOut'] {
  const { source, snapshot, screen, out, openShell } = options;
  /** One person has one terminal. */
  let shells = Promise.resolve();

  return async (run, job, lease) => {
    const { plan } = job;
    if (plan.kind !== 'build') throw new Error(`${job.name} is a deployment, and must have been left out`);
    const secrets = plan.secrets.length === 0 ? {} : secretsFor(plan.secrets, options.secrets);
    const spec = buildSpecOf(run, { ...job, plan }, { source, secrets }, options.limits);
    let failed: number | undefined;

    const report = (event: JobEvent) => {
      if (event.type === 'step.finished' && event.outcome === 'failure' && !event.allowed) {
        failed ??= event.index;
      }
      if (event.type === 'artifact.stored') {
        const { name, format, sizeBytes, fileCount } = event;
        options.onArtifact({
          job: job.name,
          name,
          path: out.artifactPath(job.name, artifactFileName(name, format)),
          sizeBytes,
          fileCount,
        });
      }
      void screen.take({ type: 'job', jobId: job.id, event });
      lease.report(event);
    };
    const takeLines = (lines: readonly LogLine[]) => {
      out.appendLog(
        job.name,
        lines.map(({ text }) => text),
      );
      return screen.take({ type: 'lines', jobId: job.id, lines });
    };
    const whenFailed = async (container: JobContainer) => {
      const turn = shells.then(() => shellIn(container, spec, failed ?? 0));
      shells = turn.catch(() => {});
      await turn;
    };
    const checkout: BuildPorts['checkout'] = async (_, directory, { signal }) => {
      signal.throwIfAborted();
      await cp(snapshot, directory, {
        recursive: true,
        verbatimSymlinks: true,
        mode: constants.COPYFILE_FICLONE,
      });
    };
    return await carryOutJob(
      spec,
      { ...lease, report },
      { ...ports, checkout, takeLines, ...(openShell ? { whenFailed } : {}) },
    );
  };

  async function shellIn(container: JobContainer, spec: BuildSpec, failed: number): Promise<void> {
    const step = spec.steps[failed];
    const isBare = ports.engine.isolation === 'none';
    const where = `the ${isBare ? 'directory' : 'container'} in which step "${step?.name}" of ${spec.jobName} failed`;
    void screen.take({ type: 'note', text: `a shell in ${where}; it stands until you leave it (exit)` });
    screen.pause();
    try {
      const env = { ...spec.env, ...spec.secrets, ...step?.env };
      const within = step?.workingDirectory ?? '.';
      const workingDirectory = isBare ? within : posix.resolve(workspacePath, within);
      await openShell?.({ containerId: container.id, env, workingDirectory });
    } finally {
      screen.resume();
    }
  }
}
