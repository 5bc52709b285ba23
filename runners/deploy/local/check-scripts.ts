import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Appspec, HookName } from '../appspec/appspec.ts';
import type { LocalDeployPolicy } from '../look-up-local-deploy.ts';
import type { BundleTree } from './bundle-tree.ts';
import { hookUser } from './hook-user.ts';
import { resolveInTree } from './resolve-in-tree.ts';

export type CheckScripts = {
  readonly directory: string;
  readonly tree: BundleTree;
  readonly appspec: Appspec;
  readonly policy: LocalDeployPolicy;
  readonly events: readonly HookName[];
};

/** Whether each script of the events is there, can be started on Linux, and by whom. */
export async function checkScripts({ directory, tree, appspec, policy, events }: CheckScripts) {
  const problems: string[] = [];
  const warnings: string[] = [];
  const paths = new Set<string>();
  for (const event of events) {
    for (const script of appspec.hooks[event] ?? []) {
      const place = `${script.location} (${event}, line ${script.at.line})`;
      if (!hookUser(script, policy)) {
        const allowed = policy.users.map((user) => user.name).join(', ');
        problems.push(
          `${place} is to run as ${script.runas}. ${policy.repository} may run scripts as: ${allowed}.`,
        );
      }
      const found = resolveInTree(tree, script.location);
      if (found?.entry.kind !== 'file') {
        problems.push(`${place} is ${found ? 'not a file' : 'not in the bundle'}.`);
        continue;
      }
      if (paths.has(found.path)) continue;
      paths.add(found.path);
      if ((found.entry.mode & 0o111) === 0) {
        warnings.push(`${place} is not executable. It is made so here; set the bit in the repository.`);
      }
      if (await hasDosFirstLine(join(directory, found.path))) {
        problems.push(
          `${place} has Windows line ends (CR LF), so Linux looks for an interpreter with a CR in its name. Write \`*.sh text eol=lf\` to .gitattributes.`,
        );
      }
    }
  }
  for (const event of Object.keys(appspec.hooks)) {
    if (!events.some((each) => each === event)) {
      warnings.push(`The scripts of ${event} are not run: there is no load balancer in a local deployment.`);
    }
  }
  return { problems, warnings, paths };
}

/** The first line is read only as far as the kernel would read it. */
async function hasDosFirstLine(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
  const start = buffer.subarray(0, bytesRead);
  const end = start.indexOf('\n');
  return end > 0 && start[end - 1] === 0x0d;
}
