import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { HookName } from '../appspec/appspec.ts';
import type { AppspecProblem } from '../appspec/appspec-reader.ts';
import { checkBundle } from '../check-bundle.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { readBundleTree } from './bundle-tree.ts';
import type { DeploymentContext } from './deployment-context.ts';
import type { InstallPlan } from './plan-install.ts';
import { readAppspec } from './read-appspec.ts';
import type { Revision } from './run-hooks.ts';
import { sealBundle } from './seal-bundle.ts';
import { hasCode } from './system-error.ts';

export type PreparedBundle = { readonly revision: Revision; readonly plan: InstallPlan };

/** Without a load balancer the events around traffic do not happen, as with CodeDeploy's agent. */
export const localHooks = [
  'ApplicationStop',
  'BeforeInstall',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
] as const satisfies readonly HookName[];

/** Unpacks the bundle where nobody else can see it and looks at everything that can be known beforehand. */
export async function prepareBundle(context: DeploymentContext): Promise<PreparedBundle> {
  const { request, deploymentId, store, policy, signal, say } = context;
  await checkHash(request.bundleFile, request.bundleSha256, signal);
  const directory = store.staging(deploymentId);
  await rm(directory, { recursive: true, force: true });
  await rm(store.revision(deploymentId), { recursive: true, force: true });
  await context.extract({ file: request.bundleFile, directory, signal });

  const tree = await readBundleTree(directory, signal);
  const parsed = await readAppspec(directory, tree);
  if (!parsed.ok) {
    throw new DeploymentRefusal('appspec_invalid', `The appspec file is wrong:\n${listed(parsed.problems)}`);
  }
  const { appspec } = parsed;
  const checked = await checkBundle({ directory, tree, appspec, policy, events: localHooks, signal });
  if (!checked.ok) {
    const problems = checked.problems.map((problem) => `- ${problem}`).join('\n');
    throw new DeploymentRefusal('bundle_invalid', `The bundle cannot be deployed here:\n${problems}`);
  }
  for (const warning of [...parsed.warnings.map(placed), ...checked.warnings])
    await say(`Warning: ${warning}`);
  await sealBundle(directory, tree, checked.scripts);
  return { revision: { directory: store.revision(deploymentId), appspec }, plan: checked.plan };
}

async function checkHash(file: string, promised: string, signal: AbortSignal) {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EACCES', 'EISDIR')) throw error;
    throw new DeploymentRefusal('bundle_mismatch', `The bundle ${file} cannot be read.`, { cause: error });
  }
  const found = hash.digest('hex');
  if (found !== promised) {
    throw new DeploymentRefusal(
      'bundle_mismatch',
      `The bundle is not the one that was built: its SHA-256 is ${found}, expected ${promised}. Build it again.`,
    );
  }
}

function listed(problems: readonly AppspecProblem[]): string {
  return problems.map((problem) => `- ${placed(problem)}`).join('\n');
}

function placed({ file, line, column, message }: AppspecProblem): string {
  return `${file}:${line}:${column} ${message}`;
}
