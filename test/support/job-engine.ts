import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerEngine } from './docker-engine.ts';
import { ensureJobImage } from './job-image.ts';

export type JobEngine = { dockerHost: string; image: string; close(): Promise<void> };

/** An engine that has the image of the tests' jobs. */
export async function startJobEngine(): Promise<JobEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-engine-'));
  const engine = await startDockerEngine({ directory });
  const close = async () => {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const image = await ensureJobImage(engine.dockerHost);
    return { dockerHost: engine.dockerHost, image, close };
  } catch (error) {
    await close();
    throw error;
  }
}
