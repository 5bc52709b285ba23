import type { Appspec, HookName } from './appspec/appspec.ts';
import { DeploymentRefusal } from './deployment-refusal.ts';
import { assignPermissions } from './local/assign-permissions.ts';
import type { BundleTree } from './local/bundle-tree.ts';
import { checkPermissions } from './local/check-permissions.ts';
import { checkScripts } from './local/check-scripts.ts';
import { inspectDestinations } from './local/inspect-destinations.ts';
import { type InstallPlan, layOutFiles } from './local/plan-install.ts';
import type { AllowedRoot, LocalDeployPolicy } from './look-up-local-deploy.ts';

export type CheckBundle = {
  /** An extracted bundle that only hookline can write to. */
  readonly directory: string;
  readonly tree: BundleTree;
  readonly appspec: Appspec;
  readonly policy: LocalDeployPolicy;
  /** The events that will be carried out; scripts of others are not looked at. */
  readonly events: readonly HookName[];
  readonly signal: AbortSignal;
};

export type CheckedBundle =
  | {
      readonly ok: true;
      readonly plan: InstallPlan;
      /** Paths in the bundle that must be executable. */
      readonly scripts: ReadonlySet<string>;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Looks at an extracted bundle before anything of it runs, so that a bundle that cannot be deployed does not
 * stop the application first: its scripts, users, sources, permissions and destinations. Answers with every
 * problem at once. Files that are already there are not looked at: a script may still remove them.
 */
export async function checkBundle(options: CheckBundle): Promise<CheckedBundle> {
  const { tree, appspec, policy, signal } = options;
  const scripts = await checkScripts(options);
  const layout = layOutFiles(
    appspec.files,
    tree,
    policy.roots.flatMap((root) => [root.path, root.realPath]),
  );
  const permissions = await checkPermissions(appspec.permissions, policy);
  const assigned = assignPermissions({ permissions: appspec.permissions, ...layout, ...permissions });
  const problems = [
    ...scripts.problems,
    ...layout.problems,
    ...(await checkDestinations(appspec, policy.roots, signal)),
    ...permissions.problems,
    ...assigned.problems,
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    plan: { directories: layout.directories, files: layout.files, attributes: assigned.attributes },
    scripts: scripts.paths,
    warnings: [...scripts.warnings, ...assigned.warnings],
  };
}

async function checkDestinations(appspec: Appspec, roots: readonly AllowedRoot[], signal: AbortSignal) {
  const problems: string[] = [];
  for (const { destination, at } of appspec.files) {
    try {
      await inspectDestinations({ directories: [destination], files: [] }, roots, signal);
    } catch (error) {
      if (!(error instanceof DeploymentRefusal)) throw error;
      problems.push(`The destination on line ${at.line} cannot be used: ${error.message}`);
    }
  }
  return problems;
}
