import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Refusal } from '../../src/errors.ts';
import { asUser } from './local/as-user.ts';
import { findUser, type HostUser } from './local/host-users.ts';
import { isInside } from './local/is-inside.ts';
import type { LocalDeployRule } from './parse-local-deploy.ts';

const run = promisify(execFile);

/** A rule of `HOOKLINE_LOCAL_DEPLOY` with its directories and users found on this host. */
export type LocalDeployPolicy = {
  readonly repository: string;
  readonly roots: readonly AllowedRoot[];
  /** The first is the default. Never empty. */
  readonly users: readonly [HostUser, ...HostUser[]];
};

export type AllowedRoot = { readonly path: string; readonly realPath: string };

export type LocalDeployRefusalCode = 'cannot_switch_user' | 'host_does_not_fit';
export class LocalDeployRefusal extends Refusal<LocalDeployRefusalCode> {}

export type LookUpLocalDeploy = {
  readonly rules: readonly LocalDeployRule[];
  /** hookline's own directories, which no deployment may write to. */
  readonly ownDirectories: readonly string[];
  /** Where bundles are kept. It exists, and every user of the rules must be able to reach it. */
  readonly stateDirectory: string;
};

/**
 * The I/O half of `HOOKLINE_LOCAL_DEPLOY`: finds the users and directories of the rules and that scripts can
 * be run as those users. Throws one LocalDeployRefusal that lists everything that does not fit.
 */
export async function lookUpLocalDeploy(options: LookUpLocalDeploy): Promise<LocalDeployPolicy[]> {
  if (options.rules.length === 0) return [];
  await requireUserSwitch();
  const problems: string[] = [];
  const policies: LocalDeployPolicy[] = [];
  for (const rule of options.rules) {
    const roots: AllowedRoot[] = [];
    for (const path of rule.roots) {
      const root = await findRoot(path, options.ownDirectories);
      if (typeof root === 'string') problems.push(`${rule.repository}: ${root}`);
      else roots.push(root);
    }
    const users: HostUser[] = [];
    for (const name of rule.users) {
      const user = await findFittingUser(name, options.stateDirectory);
      if (typeof user === 'string') problems.push(`${rule.repository}: ${user}`);
      else users.push(user);
    }
    const [first, ...others] = users;
    if (first) policies.push({ repository: rule.repository, roots, users: [first, ...others] });
  }
  if (problems.length > 0) {
    throw new LocalDeployRefusal('host_does_not_fit', `HOOKLINE_LOCAL_DEPLOY: ${problems.join(' ')}`);
  }
  return policies;
}

async function requireUserSwitch() {
  if (process.geteuid?.() !== 0) {
    throw new LocalDeployRefusal(
      'cannot_switch_user',
      'HOOKLINE_LOCAL_DEPLOY is set, but hookline does not run as root and so cannot run scripts as other users. Start the deployer as root (`hookline runner --deploy`), or unset the variable.',
    );
  }
  try {
    await run('setpriv', ['--version']);
  } catch (cause) {
    throw new LocalDeployRefusal(
      'cannot_switch_user',
      'HOOKLINE_LOCAL_DEPLOY is set, but the program setpriv, which scripts are started with, cannot be run. Install the package util-linux.',
      { cause },
    );
  }
}

async function findRoot(path: string, ownDirectories: readonly string[]): Promise<AllowedRoot | string> {
  const realPath = await realpath(path).catch(() => undefined);
  if (realPath === undefined || !(await stat(realPath)).isDirectory()) {
    return `${path} is not a directory on this host. Create it first (\`mkdir -p ${path}\`).`;
  }
  for (const own of ownDirectories) {
    const realOwn = await realpath(own).catch(() => own);
    if (isInside(realOwn, realPath) || isInside(realPath, realOwn)) {
      return `${path} and hookline's own directory ${own} overlap. Deploy to another directory.`;
    }
  }
  return { path, realPath };
}

async function findFittingUser(name: string, stateDirectory: string): Promise<HostUser | string> {
  const user = await findUser(name);
  if (!user) return `the user ${name} does not exist on this host. Create it, or correct the name.`;
  if (user.uid === 0 && name !== 'root')
    return `the user ${name} is root by another name. Write root if you mean it.`;
  const [file, ...args] = asUser(user, ['test', '-x', stateDirectory]);
  try {
    await run(file, args, { env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, cwd: '/' });
  } catch {
    return `the user ${name} cannot enter ${stateDirectory}, where bundles are kept. Let it pass (\`chmod o+x\`) in each directory above.`;
  }
  return user;
}
