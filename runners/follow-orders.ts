import type { Clock } from '../src/clock.ts';
import type { Frame } from '../src/contract/frame.ts';
import type { Identity } from '../src/contract/keys.ts';
import type { RunnerLink } from '../src/contract/link.ts';
import type { RunnerOrder, RunnerState } from '../src/contract/presence.ts';
import type { TicketSubscription } from '../src/contract/ticket.ts';
import type { Log } from '../src/log.ts';
import { announcePresence, type Introduction } from './lease/announce-presence.ts';

/** The runner's side of what people order it to do: tells control how it is, and takes tickets only while it may. */
export type Duty = {
  readonly mayTake: boolean;
  /** Resolves when the runner was ordered to drain and its last job has ended. */
  readonly drained: Promise<void>;
  take(frame: Frame): void;
  /** From here on its tickets stop and go with the orders. */
  govern(subscription: TicketSubscription): Promise<void>;
  /** Control refused a claim because of an order that has not come here yet. */
  heldBack(): void;
  /** A job began or ended. */
  changed(): void;
  /** The runner was told to end: orders count no more. */
  leave(): void;
  /** Says that it has ended. */
  close(): Promise<void>;
};

const texts: Record<RunnerOrder, string> = {
  work: 'ordered to take jobs again',
  drain: 'ordered to drain: no new job is taken, those under way are finished',
  pause: 'ordered to pause: no new job is taken before it is told to resume',
};

export function followOrders(options: {
  link: Pick<RunnerLink, 'send'>;
  clock: Clock;
  log: Log;
  identity: Identity;
  controlPublicKey: string;
  address: string;
  introduction: Introduction;
  busy: () => number;
  /** Absent: this runner needs no container engine. */
  engine?: (() => string | 'away') | undefined;
}): Duty {
  const { log, busy } = options;
  const drained = Promise.withResolvers<void>();
  let order: RunnerOrder = 'work';
  let isLeaving = false;
  let subscription: TicketSubscription | undefined;
  const presence = announcePresence({
    ...options,
    condition() {
      const engine = options.engine?.();
      const isAway = engine === 'away';
      const state = stateOf({ order, busy: busy(), isAway, isLeaving });
      return { busy: busy(), state, ...(engine === undefined || isAway ? {} : { engine }) };
    },
    obey,
  });

  function obey(given: RunnerOrder): void {
    if (isLeaving) return;
    if (given !== order) log.info(texts[given]);
    const mayTakeAgain = given === 'work' && order !== 'work';
    order = given;
    if (mayTakeAgain) subscription?.resume();
    else if (order !== 'work') void subscription?.pause();
    noteDrained();
  }

  function noteDrained(): void {
    if (order === 'drain' && busy() === 0) drained.resolve();
  }

  return {
    get mayTake() {
      return order === 'work';
    },
    drained: drained.promise,
    take: presence.take,
    async govern(given) {
      subscription = given;
      if (order !== 'work') await given.pause();
    },
    heldBack() {
      // Until the answer to the next presence says what it is; that one is asked for soon.
      if (order === 'work') obey('pause');
      presence.changed();
    },
    changed() {
      presence.changed();
      noteDrained();
    },
    leave() {
      isLeaving = true;
      presence.changed();
    },
    close: presence.close,
  };
}

/** How a runner says that it is. */
export function stateOf(runner: {
  order: RunnerOrder;
  busy: number;
  isAway: boolean;
  isLeaving: boolean;
}): RunnerState {
  if (runner.isLeaving) return runner.busy > 0 ? 'stopping' : 'stopped';
  if (runner.order === 'drain') return runner.busy > 0 ? 'draining' : 'drained';
  if (runner.order === 'pause') return 'paused';
  return runner.isAway ? 'not-ready' : 'ready';
}
