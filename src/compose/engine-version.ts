import { tmpdir, userInfo } from 'node:os';
import { openEngine } from './open-engine.ts';
import { readSettings } from './read-settings.ts';

/** The name and version of what jobs are carried out in; rejects when it cannot be used. */
export async function engineVersion(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string> {
  // What else may be wrong with the settings is told elsewhere.
  const { HOOKLINE_ENGINE, HOOKLINE_ALLOW_UNISOLATED, DOCKER_HOST } = environment;
  const { engine } = openEngine(
    readSettings({ HOOKLINE_ENGINE, HOOKLINE_ALLOW_UNISOLATED, DOCKER_HOST }),
    tmpdir(),
  );
  try {
    const { name, version } = await engine.check(signal);
    return `${name} ${version}${engine.isolation === 'none' ? `: jobs run as ${userInfo().username}` : ''}`;
  } finally {
    await engine.close();
  }
}
