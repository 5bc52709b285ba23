import { type ContainerSpec, type Engine, EngineRefusal, type Step } from '../engine.ts';
import type { FakeRule } from './fake-behaviour.ts';
import { createFakeContainer } from './fake-container.ts';

/** What happened, in order, for tests to compare whole. */
export type FakeEvent =
  | { type: 'opened' | 'closed' | 'swept'; leaseId: string }
  | { type: 'step'; leaseId: string; step: Step }
  | { type: 'interrupted'; leaseId: string; signal: 'TERM' | 'KILL' };

export type FakeEngine = Engine & {
  readonly events: readonly FakeEvent[];
  /** The specs of the containers that are open now, in the order they were opened: empty when nothing is left. */
  left(): ContainerSpec[];
  /** Ends a lease's container from outside: the engine's machine ran out of memory, an operator killed it. */
  kill(leaseId: string, reason: 'oom' | 'killed' | 'lost', message: string): void;
};

/**
 * An engine without containers: steps do what the rules say. It keeps the port's contract, so a job that is carried
 * out over it goes the ways a real one would. `rules`, `missingImages` and `down` are read at each call, so a test
 * may change them as it goes.
 */
export function createFakeEngine(
  script: {
    rules?: readonly FakeRule[];
    /** Image names that cannot be had. */
    missingImages?: ReadonlySet<string>;
    /** Called while a container is being opened: to abort, to wait, or to throw. */
    onOpen?: (spec: ContainerSpec) => void | Promise<void>;
    /** While it returns true nobody answers. */
    down?: () => boolean;
  } = {},
): FakeEngine {
  const events: FakeEvent[] = [];
  const containers = new Map<
    string,
    { spec: ContainerSpec; container: ReturnType<typeof createFakeContainer> }
  >();
  let opened = 0;

  function reach(): void {
    if (script.down?.()) {
      throw new EngineRefusal(
        'engine-unreachable',
        'no container engine answers at fake: it is down — bring it up',
      );
    }
  }

  return {
    events,
    left: () => [...containers.values()].map(({ spec }) => spec),

    kill(leaseId, reason, message) {
      for (const { spec, container } of containers.values()) {
        if (spec.leaseId === leaseId) container.die(reason, message);
      }
    },

    async check(signal) {
      signal.throwIfAborted();
      reach();
      return { name: 'fake', version: '1' };
    },

    async prepareImage(image, { signal }) {
      signal.throwIfAborted();
      reach();
      if (script.missingImages?.has(image)) {
        throw new EngineRefusal('image-unavailable', `the image ${image} cannot be had: no such image`);
      }
      return { id: image };
    },

    async findImage(image, { signal }) {
      signal.throwIfAborted();
      reach();
      return script.missingImages?.has(image) ? undefined : { id: image };
    },

    async open(spec, { signal }) {
      signal.throwIfAborted();
      reach();
      await script.onOpen?.(spec);
      signal.throwIfAborted();
      opened += 1;
      const id = `fake-${opened}`;
      const { leaseId } = spec;
      const container = createFakeContainer({
        id,
        spec,
        rules: script.rules ?? [],
        onStep: (step) => events.push({ type: 'step', leaseId, step }),
        onInterrupt: (sent) => events.push({ type: 'interrupted', leaseId, signal: sent }),
        onClose: () => {
          if (containers.delete(id)) events.push({ type: 'closed', leaseId });
        },
      });
      containers.set(id, { spec, container });
      events.push({ type: 'opened', leaseId });
      return container;
    },

    async sweep(owner, keep) {
      reach();
      const removed: string[] = [];
      for (const [id, { spec, container }] of containers) {
        if (spec.owner !== owner || keep.has(spec.leaseId)) continue;
        containers.delete(id);
        container.die('killed', 'the container was removed from outside');
        events.push({ type: 'swept', leaseId: spec.leaseId });
        removed.push(id);
      }
      return removed;
    },

    async close() {
      await Promise.all([...containers.values()].map(({ container }) => container.close()));
    },
  };
}
