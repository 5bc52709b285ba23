import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { deploymentReasonCodes } from '../deployment-target.ts';
import type { InstalledPaths } from './decide-install.ts';
import { readJson, writeJson } from './durable-json.ts';

const deploymentRecord = z.object({
  deploymentId: z.string(),
  deploymentKey: z.string(),
  runNumber: z.number(),
  sha: z.string(),
  bundleSha256: z.string(),
  begunAtMs: z.number(),
  /** The lifecycle event that is under way, or was when the deployment was cut off. */
  event: z.string(),
  /** Whether a script has been run or a file of the host touched: from then on nothing starts afresh. */
  changed: z.boolean(),
  /** The script that is running. */
  script: z.object({ processId: z.number(), startTicks: z.number(), bootId: z.string() }).optional(),
  ended: z
    .object({
      atMs: z.number(),
      outcome: z.enum(['success', 'failure', 'error', 'cancelled']),
      reason: z.object({ code: z.enum(deploymentReasonCodes), message: z.string() }).optional(),
    })
    .optional(),
});
/** The journal of one deployment: one small file, written again in one piece at each step of the way. */
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

const targetState = z.object({
  repository: z.string(),
  environment: z.string(),
  /** The deployment that is being carried out, or was when hookline was cut off. */
  current: z.string().optional(),
  lastSuccessful: z.string().optional(),
  /** Ids of the deployments whose bundles are kept, the newest last. */
  revisions: z.array(z.string()),
});
export type TargetState = z.infer<typeof targetState>;

const installedPaths = z.object({ files: z.array(z.string()), directories: z.array(z.string()) });

/** What this host knows of one repository and environment. Whoever writes holds the lock. */
export type TargetStore = {
  readonly targetId: string;
  readonly lockFile: string;
  /** A bundle that has not been found good yet; only hookline can enter. */
  staging(deploymentId: string): string;
  /** A kept bundle. Scripts run in it, so their users can enter and read it. */
  revision(deploymentId: string): string;
  pipe(): string;
  readState(): Promise<TargetState>;
  writeState(state: TargetState): Promise<void>;
  readDeployment(deploymentId: string): Promise<DeploymentRecord | undefined>;
  writeDeployment(record: DeploymentRecord): Promise<void>;
  forgetDeployment(deploymentId: string): Promise<void>;
  readInstalled(): Promise<InstalledPaths>;
  writeInstalled(paths: InstalledPaths): Promise<void>;
  /** Removes bundles and old journals that `state` does not keep. */
  prune(state: TargetState): Promise<void>;
};

/** Journals answer for deployments that are asked for again; nobody asks for one this many deployments later. */
const keptRecords = 200;

/** Opens (and makes, when it is the first time) the store of one repository and environment. */
export async function openTargetStore(
  stateDirectory: string,
  { repository, environment }: { repository: string; environment: string },
): Promise<TargetStore> {
  const targetId = idOf(`${repository}\n${environment}`);
  const directory = join(stateDirectory, targetId);
  const revisions = join(directory, 'revisions');
  const staging = join(directory, 'staging');
  const deployments = join(directory, 'deployments');
  // 0711 lets scripts through to their own bundle, without a list of the others.
  for (const path of [directory, revisions]) await makeDirectory(path, 0o711);
  for (const path of [staging, deployments]) await makeDirectory(path, 0o700);
  const record = (deploymentId: string) => join(deployments, `${deploymentId}.json`);

  return {
    targetId,
    lockFile: join(directory, 'lock'),
    staging: (deploymentId) => join(staging, deploymentId),
    revision: (deploymentId) => join(revisions, deploymentId),
    pipe: () => join(staging, 'output'),
    readState: async () =>
      (await readJson(join(directory, 'target.json'), targetState)) ?? {
        repository,
        environment,
        revisions: [],
      },
    writeState: (state) => writeJson(join(directory, 'target.json'), state),
    readDeployment: (deploymentId) => readJson(record(deploymentId), deploymentRecord),
    writeDeployment: (value) => writeJson(record(value.deploymentId), value),
    forgetDeployment: (deploymentId) => rm(record(deploymentId), { force: true }),
    readInstalled: async () =>
      (await readJson(join(directory, 'installed.json'), installedPaths)) ?? { files: [], directories: [] },
    writeInstalled: (paths) => writeJson(join(directory, 'installed.json'), paths),
    async prune(state) {
      await removeOthers(revisions, new Set(state.revisions));
      await removeOthers(staging, new Set());
      await removeOldest(deployments, keptRecords);
    },
  };
}

/** A name for a deployment or target that is safe in paths and the same for the same text. */
export function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

async function makeDirectory(path: string, mode: number) {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
}

async function removeOthers(directory: string, kept: ReadonlySet<string>) {
  for (const name of await readdir(directory)) {
    if (!kept.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function removeOldest(directory: string, keptCount: number) {
  const names = await readdir(directory);
  if (names.length <= keptCount) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, changedAtMs: (await stat(join(directory, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.changedAtMs - a.changedAtMs);
  for (const { name } of aged.slice(keptCount)) await rm(join(directory, name), { force: true });
}
