import {
  type ContainerSpec,
  type Engine,
  EngineRefusal,
  type NetworkSpec,
  type ServiceSpec,
  type Step,
} from '../engine.ts';
import type { FakeRule } from './fake-behaviour.ts';
import { createFakeContainer } from './fake-container.ts';

/** What happened, in order, for tests to compare whole. */
export type FakeEvent =
  | { type: 'opened' | 'closed' | 'swept'; roomId: string }
  | { type: 'step'; roomId: string; step: Step }
  | { type: 'interrupted'; roomId: string; signal: 'TERM' | 'KILL' };

export type FakeEngine = Engine & {
  readonly events: readonly FakeEvent[];
  /** The specs of the containers that are open now, in the order they were opened: empty when nothing is left. */
  left(): ContainerSpec[];
  /** Likewise of the services. */
  leftServices(): ServiceSpec[];
  /** Likewise of the networks. */
  leftNetworks(): NetworkSpec[];
  /** Ends a room's container from outside: the engine's machine ran out of memory, an operator killed it. */
  kill(roomId: string, reason: 'oom' | 'killed' | 'lost', message: string): void;
};

/**
 * An engine without containers: steps do what the rules say. It keeps the port's contract, so a job that is carried
 * out over it goes the ways a real one would. `rules`, `missingImages` and `down` are read at each call, so a test
 * may change them as it goes.
 */
export function createFakeEngine(
  script: {
    rules?: readonly FakeRule[];
    /** Names of services that never get ready, and why. */
    deafServices?: ReadonlyMap<string, string>;
    /** Image names that cannot be had. */
    missingImages?: ReadonlySet<string>;
    /** Called while a container is being opened: to abort, to wait, or to throw. */
    onOpen?: (spec: ContainerSpec) => void | Promise<void>;
    /** What it says of itself; it behaves the same. */
    isolation?: Engine['isolation'];
    /** While it returns true nobody answers. */
    down?: () => boolean;
  } = {},
): FakeEngine {
  const events: FakeEvent[] = [];
  const containers = new Map<
    string,
    { spec: ContainerSpec; container: ReturnType<typeof createFakeContainer> }
  >();
  const networks = new Map<string, NetworkSpec>();
  const services = new Set<ServiceSpec>();
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
    isolation: script.isolation ?? 'container',
    events,
    left: () => [...containers.values()].map(({ spec }) => spec),
    leftServices: () => [...services],
    leftNetworks: () => [...networks.values()],

    kill(roomId, reason, message) {
      for (const { spec, container } of containers.values()) {
        if (spec.roomId === roomId) container.die(reason, message);
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

    async openNetwork(spec, { signal }) {
      signal.throwIfAborted();
      reach();
      opened += 1;
      const name = `fake-network-${opened}`;
      networks.set(name, spec);
      return { name, close: async () => void networks.delete(name) };
    },

    async findImage(image, { signal }) {
      signal.throwIfAborted();
      reach();
      return script.missingImages?.has(image) ? undefined : { id: image };
    },

    async openService(spec, { signal }) {
      signal.throwIfAborted();
      reach();
      const why = script.deafServices?.get(spec.name);
      if (why !== undefined) {
        throw new EngineRefusal('service-not-ready', `the service ${spec.name} ${why}`);
      }
      services.add(spec);
      return { close: async () => void services.delete(spec) };
    },

    async open(spec, { signal }) {
      signal.throwIfAborted();
      reach();
      await script.onOpen?.(spec);
      signal.throwIfAborted();
      opened += 1;
      const id = `fake-${opened}`;
      const { roomId } = spec;
      const container = createFakeContainer({
        id,
        spec,
        rules: script.rules ?? [],
        onStep: (step) => events.push({ type: 'step', roomId, step }),
        onInterrupt: (sent) => events.push({ type: 'interrupted', roomId, signal: sent }),
        onClose: () => {
          if (containers.delete(id)) events.push({ type: 'closed', roomId });
        },
      });
      containers.set(id, { spec, container });
      events.push({ type: 'opened', roomId });
      return container;
    },

    async sweep(owner, keep) {
      reach();
      const removed: string[] = [];
      for (const [id, { spec, container }] of containers) {
        if (spec.owner !== owner || keep.has(spec.roomId)) continue;
        containers.delete(id);
        container.die('killed', 'the container was removed from outside');
        events.push({ type: 'swept', roomId: spec.roomId });
        removed.push(id);
      }
      for (const spec of services) {
        if (spec.owner !== owner || keep.has(spec.roomId)) continue;
        services.delete(spec);
        removed.push(spec.name);
      }
      for (const [name, spec] of networks) {
        if (spec.owner !== owner || keep.has(spec.roomId)) continue;
        networks.delete(name);
        removed.push(name);
      }
      return removed;
    },

    async close() {
      await Promise.all([...containers.values()].map(({ container }) => container.close()));
      networks.clear();
      services.clear();
    },
  };
}
