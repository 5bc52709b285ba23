import { chown, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const parent = fileURLToPath(new URL('../../.hookline/demo', import.meta.url));
const keptRuns = 5;

/** A new directory for what outlives the demo: logs and the zip. Those of the last few times stay. */
export async function makeKeptDirectory(startedAt: Date): Promise<string> {
  const name = startedAt.toISOString().replaceAll(/[:.]/g, '-');
  const directory = join(parent, name);
  await mkdir(directory, { recursive: true });
  const earlier = (await readdir(parent)).sort().slice(0, -keptRuns);
  for (const old of earlier) await rm(join(parent, old), { recursive: true, force: true });
  return directory;
}

/** Under sudo the checkout is somebody's, who must be able to remove what we wrote there. */
export async function giveToCaller(directory: string): Promise<void> {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (SUDO_UID === undefined || SUDO_GID === undefined) return;
  const paths = (await readdir(directory)).map((name) => join(directory, name));
  for (const path of [join(parent, '..'), parent, directory, ...paths]) {
    await chown(path, Number(SUDO_UID), Number(SUDO_GID));
  }
}
