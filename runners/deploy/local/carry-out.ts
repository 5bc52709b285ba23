import { rename } from 'node:fs/promises';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentOutcome } from '../deployment-target.ts';
import { readBundleTree } from './bundle-tree.ts';
import type { DeploymentContext } from './deployment-context.ts';
import { installFiles } from './install-files.ts';
import { type PreparedBundle, prepareBundle } from './prepare-bundle.ts';
import { readAppspec } from './read-appspec.ts';
import { type Revision, runHooks } from './run-hooks.ts';
import { runStep, type Step, type StepResult } from './run-step.ts';

/**
 * Carries a deployment out in the order of CodeDeploy's agent. One step of our own comes first, `CheckBundle`:
 * it unpacks and checks the bundle, so that one that cannot be deployed is refused while the application
 * still runs. `DownloadBundle` then only puts it in its place; no script can tell the difference.
 */
export async function carryOut(context: DeploymentContext): Promise<DeploymentOutcome> {
  const check = await runStep(context, {
    name: 'CheckBundle',
    changes: false,
    work: async () => {
      const bundle = await prepareBundle(context);
      return { outcome: 'success' as const, bundle, previous: await lastSuccessful(context) };
    },
  });
  if (!('bundle' in check)) return ending(check);
  for (const step of lifecycle(context, check.bundle, check.previous)) {
    const result = await runStep(context, step);
    if (!result.reason) continue;
    if (!isPassedOver(context, step.name, result)) return ending(result);
  }
  return { outcome: 'success' };
}

function lifecycle(
  context: DeploymentContext,
  { revision, plan }: PreparedBundle,
  previous: Revision | undefined,
): readonly Step<StepResult>[] {
  const { store, state, deploymentId, policy, options, signal, say } = context;
  const hook = (name: Parameters<typeof runHooks>[1], from: Revision | undefined): Step<StepResult> => ({
    name,
    changes: (from?.appspec.hooks[name] ?? []).length > 0,
    work: () => runHooks(context, name, from),
  });
  return [
    {
      ...hook('ApplicationStop', previous),
      work: async () => {
        const result = await runHooks(context, 'ApplicationStop', previous);
        if (isPassedOver(context, 'ApplicationStop', result)) {
          await say(
            'The deployment goes on all the same, as its target says (ignoreApplicationStopFailures).',
          );
        }
        return result;
      },
    },
    {
      name: 'DownloadBundle',
      changes: false,
      work: async () => {
        signal.throwIfAborted();
        // The list first: a directory that is on no list is removed, never a list that lacks a directory.
        await store.writeState({
          ...state,
          revisions: [...without(state.revisions, deploymentId), deploymentId],
        });
        await rename(store.staging(deploymentId), revision.directory);
        return { outcome: 'success' };
      },
    },
    hook('BeforeInstall', revision),
    {
      name: 'Install',
      changes: true,
      work: async () => {
        await installFiles({
          bundle: revision.directory,
          plan,
          behavior: revision.appspec.fileExistsBehavior ?? options.fileExistsBehavior,
          roots: policy.roots,
          installed: await store.readInstalled(),
          keepInstalled: store.writeInstalled,
          temporaryName: `.hookline-${store.targetId}`,
          say,
          signal,
        });
        return { outcome: 'success' };
      },
    },
    hook('AfterInstall', revision),
    hook('ApplicationStart', revision),
    hook('ValidateService', revision),
  ];
}

function isPassedOver({ options }: DeploymentContext, step: string, { outcome }: StepResult): boolean {
  return step === 'ApplicationStop' && outcome === 'failure' && options.ignoreApplicationStopFailures;
}

/** The revision whose ApplicationStop runs now; none on the first deployment. */
async function lastSuccessful({ store, state, signal }: DeploymentContext): Promise<Revision | undefined> {
  if (state.lastSuccessful === undefined) return undefined;
  const directory = store.revision(state.lastSuccessful);
  const parsed = await readAppspec(directory, await readBundleTree(directory, signal));
  if (parsed.ok) return { directory, appspec: parsed.appspec };
  throw new DeploymentRefusal(
    'host_unsuitable',
    `The bundle of the last successful deployment in ${directory} was changed and its appspec file is not valid any more. Restore it, so that its ApplicationStop scripts can be run.`,
  );
}

function ending({ outcome, reason }: StepResult): DeploymentOutcome {
  return { outcome: outcome === 'skipped' ? 'success' : outcome, ...(reason && { reason }) };
}

function without(list: readonly string[], value: string): string[] {
  return list.filter((each) => each !== value);
}
