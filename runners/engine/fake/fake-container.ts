import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkStep } from '../check-step.ts';
import type { ContainerSpec, JobContainer, OutputSink, Step, StepEnd } from '../engine.ts';
import { behaviourOf, type FakeBehaviour, type FakeRule } from './fake-behaviour.ts';

type Died = Extract<StepEnd, { type: 'died' }>;

/** A container that plays the rules. `die` ends it from outside, as a kill of the container would. */
export function createFakeContainer(options: {
  id: string;
  spec: ContainerSpec;
  rules: readonly FakeRule[];
  onStep: (step: Step) => void;
  onInterrupt: (signal: 'TERM' | 'KILL') => void;
  onClose: () => void;
}): JobContainer & { die(reason: Died['reason'], message: string): void } {
  const { id, spec, rules } = options;
  let place = 0;
  let died: Died | undefined;
  let running:
    | { behaviour: FakeBehaviour; end: (end: StepEnd) => void; stopped: AbortController }
    | undefined;

  async function run(
    step: Step,
    { output, signal }: { output: OutputSink; signal?: AbortSignal },
  ): Promise<StepEnd> {
    checkStep(step);
    signal?.throwIfAborted();
    if (died) return died;
    if (running) throw new Error('a step is already running in this container');
    options.onStep(step);
    const behaviour = behaviourOf(rules, step, place);
    place += 1;
    const stopped = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<StepEnd>();
    running = { behaviour, end, stopped };
    const kill = () => void interrupt('KILL');
    signal?.addEventListener('abort', kill, { once: true });
    try {
      const played = play(behaviour, output, stopped.signal);
      const first = await Promise.race([ended, played]);
      if (first.type === 'died') died ??= first;
      return first;
    } finally {
      running = undefined;
      stopped.abort();
      signal?.removeEventListener('abort', kill);
    }
  }

  /** Stops where it is once `stopped`: what ended the step has already answered for it. */
  async function play(behaviour: FakeBehaviour, output: OutputSink, stopped: AbortSignal): Promise<StepEnd> {
    for (const chunk of behaviour.output ?? []) {
      if (stopped.aborted) break;
      await output(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    }
    for (const [path, content] of Object.entries(behaviour.files ?? {})) {
      const target = join(spec.workspaceDir, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    if (behaviour.delayMs) await delay(behaviour.delayMs, undefined, { signal: stopped }).catch(() => {});
    if (behaviour.hang) await new Promise<never>(() => {});
    if (behaviour.died) return { type: 'died', ...behaviour.died };
    return {
      type: 'exited',
      code: behaviour.exitCode ?? 0,
      ...(behaviour.oom !== undefined && { oom: behaviour.oom }),
    };
  }

  async function interrupt(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!running) return;
    options.onInterrupt(signal);
    if (signal === 'TERM' && running.behaviour.ignoreTerm) return;
    running.end({ type: 'exited', code: signal === 'TERM' ? 143 : 137 });
  }

  function die(reason: Died['reason'], message: string): void {
    died ??= { type: 'died', reason, message };
    running?.end(died);
  }

  return {
    id,
    get alive() {
      return died === undefined;
    },
    usage: async () =>
      died ? undefined : { cpuMs: 1, peakMemoryBytes: 2 ** 20, readBytes: 0, writtenBytes: 0 },
    layerBytes: async () => 0,
    rename: async () => {},
    run,
    interrupt,
    die,
    stop: async () => die('killed', 'the container was closed'),
    async close() {
      die('killed', 'the container was closed');
      options.onClose();
    },
  };
}
