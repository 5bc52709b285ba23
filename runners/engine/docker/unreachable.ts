import { messageOf } from '../../../src/errors.ts';
import { EngineRefusal } from '../engine.ts';

/** The refusal for an engine that does not answer: for whoever runs the runner, so it names the address. */
export function unreachable(address: string, cause: unknown): EngineRefusal {
  return new EngineRefusal(
    'engine-unreachable',
    `no container engine answers at ${address}: ${messageOf(cause)} — start Docker (or Podman's socket), make sure this user may open it, or set DOCKER_HOST`,
    { cause },
  );
}
