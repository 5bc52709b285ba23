import { everySecret } from '../../pipelines/every-secret.ts';
import type { DeployPlan } from '../../pipelines/plan.ts';
import type { JobSpec } from '../contract/job-spec.ts';
import { Refusal } from '../errors.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { filledFault, filledWith, fillTarget } from './fill-target.ts';
import type { Forge, SecretVault } from './forge.ts';
import { refusedOf } from './job-policy.ts';
import { buildSpecOf, deploySpecOf, type JobLimits } from './job-spec-of.ts';
import type { Job, Run } from './run.ts';
import type { RunStore } from './run-store.ts';

/** A job that can never be given out as it stands; it ends in `error` with this message, for `when` as skipped. */
export class JobRefusal extends Refusal<
  'when' | 'secret-missing' | 'secret-unfit' | 'artifact-missing' | 'forge-missing' | 'not-allowed'
> {}

/** A provider that hangs must not hold up the runner's claim past its patience. */
const credentialMs = 10_000;

export type OpenJobPorts = {
  forges: Partial<Record<RecordedDelivery['source'], Forge>>;
  vault: SecretVault;
  store: Pick<RunStore, 'artifactOf'>;
  limits: JobLimits;
};

/**
 * Opens what an attempt needs at the moment its claim is granted: secrets, a clone credential, the artifact to
 * deploy. Rejects with {@link JobRefusal} when it can never be had; anything else may pass.
 */
export async function openJob(run: Run, job: Job, ports: OpenJobPorts): Promise<JobSpec> {
  const { plan } = job;
  // Also looked at when the run was planned; the settings may be others since.
  const [refused] = refusedOf(plan, ports.limits);
  if (refused !== undefined) throw new JobRefusal('not-allowed', refused);
  const secrets = await openSecrets(run, plan.secrets, ports.vault);
  if (plan.kind === 'deploy') {
    const artifact = await ports.store.artifactOf(run.id, plan.artifact.job, plan.artifact.name);
    if (!artifact) {
      const { name, job: maker } = plan.artifact;
      if (plan.ifMade) {
        const why = `its condition does not hold in job "${maker}", which put no ${name} aside`;
        throw new JobRefusal('when', why);
      }
      const remedy = 'build it again';
      throw new JobRefusal(
        'artifact-missing',
        `artifact "${name}" of job "${maker}" was not stored, or was removed by policy since; ${remedy}`,
      );
    }
    const target = openTarget(run, plan, secrets);
    return deploySpecOf(run, { ...job, plan: { ...plan, target } }, { artifact, secrets }, ports.limits);
  }
  const forge = ports.forges[run.change.provider];
  if (!forge) throw new JobRefusal('forge-missing', `${run.change.provider} is not set up here`);
  const signal = AbortSignal.timeout(credentialMs);
  const credential =
    plan.checkout === false ? undefined : await forge.cloneCredential(run.change, { signal });
  const source = forge.sourceOf(run.change);
  const opened = { source, secrets, ...(credential ? { credential } : {}) };
  return buildSpecOf(run, { ...job, plan }, opened, ports.limits);
}

/** What is wrong is told by its name: the value is a secret. */
function openTarget(run: Run, plan: DeployPlan, secrets: Record<string, string>): DeployPlan['target'] {
  const target = fillTarget(plan, run, secrets);
  const fault = plan.fill ? filledFault(target) : undefined;
  if (fault === undefined) return target;
  const names = filledWith(plan).join(', ') || 'the variables of the run';
  throw new JobRefusal('secret-unfit', `the target of ${plan.environment}, made of ${names}: its ${fault}`);
}

async function openSecrets(
  run: Run,
  names: readonly string[],
  vault: SecretVault,
): Promise<Record<string, string>> {
  if (names.length === 0 || run.change.fork) return {};
  const opened = await vault.open(run.repository, names);
  const missing = names.filter((name) => name !== everySecret && opened[name] === undefined);
  if (missing.length === 0) return opened;
  throw new JobRefusal(
    'secret-missing',
    `secret ${missing.join(', ')} of ${run.repository} is not set: hookline secrets set ${run.repository} ${missing[0]}`,
  );
}
