import type { ReadStream, WriteStream } from 'node:tty';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import { openShell as openDockerShell } from '../../runners/engine/docker/open-shell.ts';
import type { Engine } from '../../runners/engine/engine.ts';
import { openShell as openProcessShell } from '../../runners/engine/process/open-shell.ts';
import { createProcessEngine } from '../../runners/engine/process/process-engine.ts';
import { hostPath } from '../../runners/engine/process/step-command.ts';
import type { Config } from '../config.ts';
import type { ShellPlace } from '../local/local-carrier.ts';

export type Terminal = { input: ReadStream; output: WriteStream };

export type OpenedEngine = {
  engine: Engine;
  /** Resolves when the person has left the shell, or the container is gone. */
  openShell(place: ShellPlace, terminal: Terminal): Promise<void>;
};

/** What jobs of this machine are carried out in. `directory` is for what an engine without containers has to keep. */
export function openEngine(
  { engine: name, dockerHost }: Pick<Config, 'engine' | 'dockerHost'>,
  directory: string,
): OpenedEngine {
  if (name === 'docker') {
    return {
      engine: createDockerEngine({ dockerHost }),
      openShell: (place, terminal) => openDockerShell({ dockerHost, ...place }, terminal),
    };
  }
  const engine = createProcessEngine({ directory, path: hostPath(process.env['PATH']) });
  return {
    engine,
    async openShell({ containerId, env, workingDirectory }, terminal) {
      const surroundings = engine.container(containerId)?.surroundings;
      if (!surroundings) return;
      const term = process.env['TERM'] ?? 'xterm';
      await openProcessShell(surroundings, { env: { TERM: term, ...env }, workingDirectory }, terminal);
    },
  };
}
