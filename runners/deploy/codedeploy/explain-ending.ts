import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { DeploymentOutcome, DeploymentReasonCode } from '../deployment-target.ts';
import type { Machine, MachineEvent } from './fleet.ts';

export type Ending = {
  readonly deploymentId: string;
  readonly info: Pick<DeploymentInfo, 'status' | 'errorInformation' | 'deploymentOverview' | 'rollbackInfo'>;
  readonly machines: readonly Machine[];
  /** The deployment that undid this one, and how it ended; without a status it was not followed to its end. */
  readonly rollback?: { readonly deploymentId: string; readonly status?: string };
  /** The caller wanted it stopped. */
  readonly cancelled: boolean;
  readonly minimumHealthy?: number | undefined;
};

type Verdict = {
  readonly outcome: DeploymentOutcome['outcome'];
  readonly code: DeploymentReasonCode;
  readonly message: string;
};

/** What an ended deployment means for the run, in words that need no look into the AWS console. */
export function explainEnding(ending: Ending): Pick<DeploymentOutcome, 'outcome' | 'reason'> {
  const verdict = verdictOn(ending);
  if (!verdict) return { outcome: 'success' };
  const { outcome, code, message } = verdict;
  return { outcome, reason: { code, message: [message, rollbackOf(ending)].filter(Boolean).join(' ') } };
}

function verdictOn(ending: Ending): Verdict | undefined {
  const { deploymentId, info, cancelled } = ending;
  if (cancelled) {
    const came = info.status === 'Stopped' ? 'was stopped' : `had already ended as ${info.status}`;
    return { outcome: 'cancelled', code: 'cancelled', message: `The deployment ${deploymentId} ${came}.` };
  }
  if (info.status === 'Succeeded') return verdictOnSuccess(ending);
  // What a person can act on comes first: the status of a commit has room for 140 characters.
  const message = [failureOf(ending), countOf(ending), headOf(ending)].filter(Boolean).join(' ');
  return { ...blameOf(ending), message };
}

/** CodeDeploy's AllAtOnce configuration calls it a success when one instance of nine succeeded. */
function verdictOnSuccess(ending: Ending): Verdict | undefined {
  const { minimumHealthy, info } = ending;
  const healthy = info.deploymentOverview?.Succeeded ?? 0;
  const count = countOf(ending);
  if (info.deploymentOverview && minimumHealthy !== undefined && healthy < minimumHealthy) {
    const asked = `CodeDeploy calls it a success, but ${healthy} healthy ${healthy === 1 ? 'instance is' : 'instances are'} fewer than the ${minimumHealthy} that \`minimum_healthy\` asks for.`;
    const message = [count, asked, failureOf(ending)].filter(Boolean).join(' ');
    return { outcome: 'failure', code: failedHook(ending) ?? 'provider_failed', message };
  }
  if (!count) return undefined;
  const message = [count, 'CodeDeploy calls it a success.', failureOf(ending)].filter(Boolean).join(' ');
  return { outcome: 'success', code: failedHook(ending) ?? 'provider_failed', message };
}

/** `failure`: the deployed code said no. `error`: the configuration or the infrastructure did. */
function blameOf(ending: Ending): Pick<Verdict, 'outcome' | 'code'> {
  const { info, machines } = ending;
  const code = info.errorInformation?.code;
  const hook = failedHook(ending);
  if (hook) return { outcome: 'failure', code: hook };
  if (code === 'HOOK_EXECUTION_FAILURE') return { outcome: 'failure', code: 'hook_failed' };
  if (code === 'ALARM_ACTIVE' || code === 'CUSTOMER_APPLICATION_UNHEALTHY')
    return { outcome: 'failure', code: 'provider_failed' };
  if (code === 'INVALID_REVISION' || code === 'REVISION_MISSING')
    return { outcome: 'error', code: 'bundle_invalid' };
  if (firstFailure(machines)?.event.name === 'Install') return { outcome: 'error', code: 'install_failed' };
  if (info.status === 'Stopped') return { outcome: 'cancelled', code: 'cancelled' };
  return { outcome: 'error', code: 'provider_failed' };
}

function failedHook({ machines }: Ending): DeploymentReasonCode | undefined {
  switch (firstFailure(machines)?.event.diagnostics?.errorCode) {
    case 'ScriptTimedOut':
      return 'hook_timed_out';
    case 'ScriptFailed':
    case 'ScriptMissing':
    case 'ScriptNotExecutable':
      return 'hook_failed';
    default:
      return undefined;
  }
}

function headOf({ deploymentId, info }: Ending): string {
  const { code, message } = info.errorInformation ?? {};
  const what = info.status === 'Stopped' ? 'was stopped by somebody else or by an alarm' : 'failed';
  const said = [code, message].filter(Boolean).join(': ');
  const remedy = code && remedies[code];
  return [`The deployment ${deploymentId} ${what}${said ? ` (${said})` : ''}.`, remedy]
    .filter(Boolean)
    .join(' ');
}

/** By the error codes of a deployment in the CodeDeploy API reference ("ErrorInformation"). */
const remedies: Readonly<Partial<Record<string, string>>> = {
  AGENT_ISSUE: 'Check that the CodeDeploy agent runs on the instances.',
  ALARM_ACTIVE: 'An alarm of the deployment group went off.',
  AUTO_SCALING_IAM_ROLE_PERMISSIONS: "Allow Auto Scaling to the deployment group's service role.",
  DEPLOYMENT_GROUP_MISSING: 'The deployment group was deleted meanwhile.',
  HEALTH_CONSTRAINTS: 'Too few instances stayed healthy for the deployment configuration.',
  IAM_ROLE_MISSING: "Create the deployment group's service role again.",
  IAM_ROLE_PERMISSIONS: "Give the deployment group's service role the policy AWSCodeDeployRole.",
  NO_EC2_SUBSCRIPTION: 'The AWS account has no EC2. Subscribe to it.',
  NO_INSTANCES: 'No running instance has the tags that the deployment group asks for.',
  OVER_MAX_INSTANCES: 'Deploy to fewer instances at once.',
  REVISION_MISSING: 'The bundle was removed from its bucket meanwhile.',
  TIMEOUT: 'Check that the CodeDeploy agent runs on the instances and can reach AWS.',
};

function failureOf({ machines }: Ending): string | undefined {
  const failure = firstFailure(machines);
  if (!failure) return undefined;
  const { errorCode, scriptName, message } = failure.event.diagnostics ?? {};
  const how = (message || [errorCode, scriptName].filter(Boolean).join(' ')).split('\n')[0]?.slice(0, 400);
  return `${failure.machine.id}: ${failure.event.name}${how ? `: ${how.replace(/\.$/, '')}` : ' failed'}.`;
}

function firstFailure(machines: readonly Machine[]): { machine: Machine; event: MachineEvent } | undefined {
  const failures = machines.flatMap((machine) =>
    machine.events.filter(({ status }) => status === 'Failed').map((event) => ({ machine, event })),
  );
  // One with a script to name says more than one that was only given up.
  return failures.find(({ event }) => event.diagnostics?.scriptName) ?? failures[0];
}

function countOf({ info }: Ending): string | undefined {
  const overview = info.deploymentOverview;
  if (!overview) return undefined;
  const { Failed: failed = 0, Skipped: skipped = 0 } = overview;
  const total = Object.values(overview).reduce((sum: number, count) => sum + (count ?? 0), 0);
  if (failed + skipped === 0) return undefined;
  const instances = `of ${total} ${total === 1 ? 'instance' : 'instances'}`;
  if (failed === 0) return `${skipped} ${instances} skipped.`;
  return `${failed} ${instances} failed${skipped > 0 ? `, ${skipped} skipped` : ''}.`;
}

function rollbackOf({ info, rollback }: Ending): string | undefined {
  if (!rollback) {
    const message = info.rollbackInfo?.rollbackMessage;
    return message ? `Rollback: ${message}` : undefined;
  }
  const { deploymentId, status } = rollback;
  switch (status) {
    case 'Succeeded':
      return `CodeDeploy rolled back to the revision before with ${deploymentId}, which succeeded.`;
    case undefined:
      return `CodeDeploy rolls back with ${deploymentId}, which had not ended yet.`;
    default:
      return `CodeDeploy tried to roll back with ${deploymentId}, which ended as ${status}: look at the instances.`;
  }
}
