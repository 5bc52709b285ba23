import { EngineRefusal } from './engine.ts';

/** The refusal of what only a container can give. */
export function needsIsolation(what: string): EngineRefusal {
  return new EngineRefusal(
    'needs-isolation',
    `${what} cannot be had without containers, and this runner has none: leave it out, or have the job carried out with HOOKLINE_ENGINE=docker`,
  );
}
