import type { Clock } from '../../../src/clock.ts';
import type { DeploymentEvent, DeploymentRequest } from '../deployment-target.ts';
import type { LocalDeployPolicy } from '../look-up-local-deploy.ts';
import type { LocalOptions } from './local-options.ts';
import type { DeploymentRecord, TargetState, TargetStore } from './target-store.ts';

/**
 * Unpacks a zip file into a directory that does not exist yet, within limits of the caller's choice. Throws a
 * Refusal for a zip that is broken, too large or dangerous.
 */
export type ExtractBundle = (options: {
  file: string;
  directory: string;
  signal: AbortSignal;
}) => Promise<unknown>;

export type HookTimes = {
  /** Between SIGTERM and SIGKILL for a script that is stopped. */
  readonly graceMs: number;
  /** How long to go on reading what background processes print after their script has ended. */
  readonly lingerMs: number;
  /** Lines of output kept of one script. */
  readonly maxLines: number;
};

/** Everything that the steps of one deployment share. Whoever holds it holds the target's lock. */
export type DeploymentContext = {
  readonly request: DeploymentRequest;
  readonly options: LocalOptions;
  readonly policy: LocalDeployPolicy;
  readonly deploymentId: string;
  readonly store: TargetStore;
  readonly state: TargetState;
  /** Changes the journal; resolves when the change is safe on disk. */
  readonly note: (change: Partial<DeploymentRecord>) => Promise<void>;
  readonly extract: ExtractBundle;
  readonly times: HookTimes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (event: DeploymentEvent) => Promise<void>;
  /** Reports a line of our own as output of the step. */
  readonly say: (line: string) => Promise<void>;
  /** Takes the secrets out of a text that is kept. */
  readonly mask: (text: string) => string;
};
