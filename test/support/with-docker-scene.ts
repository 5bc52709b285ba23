import { afterAll, beforeAll } from 'vitest';
import type { HooklineSettings } from './hookline-process.ts';
import { type HooklineScene, openHooklineScene } from './hookline-scene.ts';
import { type JobEngine, startJobEngine } from './job-engine.ts';

/** A started hookline with a container engine, which begins before the first test of a file and ends after its last. */
export function withDockerScene(
  use: (opened: { engine: JobEngine; scene: HooklineScene }) => void,
  settings: (engine: JobEngine) => HooklineSettings = () => ({}),
): void {
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    const engine = await startJobEngine();
    open.push(engine);
    const scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost, ...settings(engine) });
    open.push(scene);
    use({ engine, scene });
    await scene.start();
  });

  afterAll(async () => {
    for (const opened of open.toReversed()) await opened.close();
  });
}
