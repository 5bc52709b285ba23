import type { Clock } from '../../../src/clock.ts';
import type { DeploymentEvent, DeploymentRequest } from '../deployment-target.ts';
import type { CodeDeployApi } from './codedeploy-api.ts';
import type { CodeDeployOptions } from './codedeploy-options.ts';
import type { CodeDeployTimes } from './codedeploy-times.ts';
import type { DeploymentRecord } from './deployment-records.ts';

/** One deployment while it is carried out, and what its parts share. */
export type DeploymentWork = {
  readonly request: DeploymentRequest;
  readonly options: CodeDeployOptions;
  readonly api: CodeDeployApi;
  readonly record: Readonly<DeploymentRecord>;
  /** Changes the record; on disk when it resolves. `undefined` takes a field away. */
  note(change: { [Key in keyof DeploymentRecord]?: DeploymentRecord[Key] | undefined }): Promise<void>;
  readonly clock: Clock;
  readonly times: CodeDeployTimes;
  readonly random: () => number;
  readonly signal: AbortSignal;
  report(event: DeploymentEvent): Promise<void>;
  /** A line of output of the step that is under way. */
  say(line: string): Promise<void>;
};
