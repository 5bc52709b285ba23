import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import type { Engine } from '../../runners/engine/engine.ts';
import { createProcessEngine } from '../../runners/engine/process/process-engine.ts';
import { hostPath } from '../../runners/engine/process/step-command.ts';
import type { Config } from '../config.ts';

/** What jobs of this machine are carried out in. `directory` is for what an engine without containers has to keep. */
export function openEngine(
  { engine, dockerHost }: Pick<Config, 'engine' | 'dockerHost'>,
  directory: string,
): Engine {
  if (engine === 'docker') return createDockerEngine({ dockerHost });
  return createProcessEngine({ directory, path: hostPath(process.env['PATH']) });
}
