import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';

/** The name and version of the container engine; rejects when it cannot be used. */
export async function engineVersion(dockerHost: string | undefined, signal: AbortSignal): Promise<string> {
  const engine = createDockerEngine({ dockerHost });
  try {
    const { name, version } = await engine.check(signal);
    return `${name} ${version}`;
  } finally {
    await engine.close();
  }
}
