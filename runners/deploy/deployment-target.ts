/**
 * PORT: a place that a bundle can be deployed to. Adapters: this host (appspec carried out locally), AWS
 * CodeDeploy, and a bucket of S3.
 *
 * Contract, for callers and adapters alike:
 *
 * 1. `deploy` resolves with an outcome for everything that can be expected to go wrong: a bad bundle, a
 *    failing script, a refused destination, a provider that said no. It rejects only on a bug or an outage
 *    of the adapter's own storage; the deployment is then unknown, and rule 2 settles it.
 * 2. `deploymentKey` names one intended deployment for ever. It is stored by the caller before the first
 *    call and is the same after a crash and in a new attempt. An adapter looks first at what it has done
 *    under that key: a finished deployment answers with its stored outcome and repeats nothing; one that is
 *    still being carried out elsewhere is followed; one that was cut off after it had begun to change the
 *    target ends as `error` with the code `interrupted`. Only one that had changed nothing, however it
 *    ended, starts afresh.
 *    A key that comes back with another bundle is refused (`key_reused`).
 * 3. At most one deployment at a time changes one target. Further ones wait until it is free or `signal`
 *    aborts; there is no time limit of the adapter's own.
 * 4. `report` is called in order and awaited, so a slow reader slows the output down and loses nothing.
 *    Steps do not nest: each `step-started` is followed by its own `step-finished` before the next one. A
 *    finished deployment that is asked for again reports its status and no steps.
 * 5. `output` is what the deployed code printed, unmasked: the caller masks it before any sink. `reason`
 *    is already free of the values in `secrets`, since adapters keep it on disk; it is not printed as
 *    output too, so the caller shows it.
 * 6. When `signal` aborts, the adapter stops what it can (a script is ended with its process group) and
 *    resolves with `cancelled`. What was already changed stays changed: undoing it is a new deployment of
 *    an older bundle, decided by a person or by control.
 */
export type DeploymentTarget = {
  deploy(request: DeploymentRequest, options: DeploymentOptions): Promise<DeploymentOutcome>;
};

export type DeploymentRequest = {
  readonly deploymentKey: string;
  /** `owner/name`, as the forge spells it. */
  readonly repository: string;
  readonly environment: string;
  readonly runNumber: number;
  readonly sha: string;
  /** In full: `refs/heads/main`. */
  readonly ref: string;
  /** The name of the artifact that the bundle is, without `.zip`. */
  readonly artifact: string;
  /** A zip file on this machine that nobody changes while the call lasts. */
  readonly bundleFile: string;
  /** Lower-case hexadecimal SHA-256 of the bundle file. */
  readonly bundleSha256: string;
  /** The plan's data for this kind of target. It is JSON; the adapter checks it. */
  readonly target: DeploymentTargetData;
  /** Values by variable name. Nothing of the service's own is among them. */
  readonly secrets: Readonly<Record<string, string>>;
};

export type DeploymentTargetData = { readonly type: string; readonly [option: string]: unknown };

export type DeploymentOptions = {
  readonly signal: AbortSignal;
  readonly report: (event: DeploymentEvent) => void | Promise<void>;
};

export type StepOutcome = 'success' | 'failure' | 'error' | 'cancelled' | 'skipped';

/** `waiting`: for the target to become free, or for the provider to be told to go on (blue/green). */
export type DeploymentStatus =
  | 'queued'
  | 'waiting'
  | 'running'
  | 'success'
  | 'failure'
  | 'error'
  | 'cancelled';

/** One machine of a target with many. `detail` is the tail of the failing script's log, when there is one. */
export type DeploymentInstance = {
  readonly id: string;
  readonly status: DeploymentStatus | 'skipped';
  readonly lifecycleEvent?: string;
  readonly detail?: string;
};

/** What was put where, by a target that is a store of files. */
export type DeploymentUpload = {
  readonly bucket: string;
  /** Empty for the top of the bucket. */
  readonly prefix: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
};

export type DeploymentEvent =
  | { readonly type: 'step-started'; readonly name: string }
  /** Whole lines, each ended by a line feed. */
  | { readonly type: 'output'; readonly text: string }
  | {
      readonly type: 'step-finished';
      readonly name: string;
      readonly outcome: StepOutcome;
      readonly exitCode?: number;
      /** Why it failed, with the end of what it printed; unmasked, like output. */
      readonly message?: string;
    }
  | {
      readonly type: 'status';
      readonly status: DeploymentStatus;
      readonly externalId?: string;
      readonly instances?: readonly DeploymentInstance[];
      readonly upload?: DeploymentUpload;
    };

export const deploymentReasonCodes = [
  /** The target's own data in the plan is wrong. */
  'target_invalid',
  /** This repository may not deploy here, or not with this user, to this path, with this mode. */
  'not_allowed',
  /** The machine lacks what carrying the deployment out needs. */
  'host_unsuitable',
  /** The same key came back with another bundle. */
  'key_reused',
  /** The bundle cannot be read, or its hash is not the promised one. */
  'bundle_mismatch',
  /** The appspec file is missing or wrong. */
  'appspec_invalid',
  /** The bundle lacks what its appspec file names, or holds what must not be there. */
  'bundle_invalid',
  /** Files in the way, or a file that could not be written. */
  'install_failed',
  'hook_failed',
  'hook_timed_out',
  /** The deployment was cut off after it had begun; what it left behind is unknown. */
  'interrupted',
  'cancelled',
  /** The provider refused or failed the deployment; its words are in the message. */
  'provider_failed',
  /** It does not answer, and nothing is in doubt: the same may be done again. */
  'provider_unreachable',
] as const;

export type DeploymentReasonCode = (typeof deploymentReasonCodes)[number];

export type DeploymentReason = { readonly code: DeploymentReasonCode; readonly message: string };

export type DeploymentOutcome = {
  /** `failure`: the deployed code said no. `error`: the configuration or the infrastructure did. */
  readonly outcome: 'success' | 'failure' | 'error' | 'cancelled';
  readonly reason?: DeploymentReason;
  /** What the target calls this deployment (CodeDeploy's `d-…`). */
  readonly externalId?: string;
};
