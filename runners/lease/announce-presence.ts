import type { Clock } from '../../src/clock.ts';
import { type Frame, isSignedBy, payloadOf, signFrame } from '../../src/contract/frame.ts';
import type { Identity } from '../../src/contract/keys.ts';
import type { RunnerLink } from '../../src/contract/link.ts';
import { orderSchema, type Presence, presenceMs, type RunnerOrder } from '../../src/contract/presence.ts';

/** What stays the same while the process lives. */
export type Introduction = Pick<
  Presence,
  'place' | 'kind' | 'name' | 'version' | 'labels' | 'slots' | 'startedAtMs'
>;
export type Condition = Pick<Presence, 'busy' | 'state' | 'engine'>;

export type Announcer = {
  take(frame: Frame): void;
  /** Something changed: control is told soon. */
  changed(): void;
  /** Says a last word and no more. */
  close(): Promise<void>;
};

/** Who takes no jobs waits to hear that it may again. */
const heldBackMs = 3_000;
/** Several changes right after one another are one word. */
const soonMs = 500;

/**
 * Tells control that this runner is there and how it is, and hears from the answer what it is to do. An answer counts
 * once and in order: an old one that is played back changes nothing.
 */
export function announcePresence(options: {
  link: Pick<RunnerLink, 'send'>;
  clock: Clock;
  identity: Identity;
  controlPublicKey: string;
  address: string;
  introduction: Introduction;
  condition: () => Condition;
  /** Called with each answer. */
  obey: (order: RunnerOrder) => void;
}): Announcer {
  const { link, clock, identity, address } = options;
  const subject = address;
  let beat = 0;
  let answeredBeat = 0;
  let order: RunnerOrder = 'work';
  let isSoon = false;
  let isClosed = false;
  let callOff = () => {};
  const next = (delayMs: number) => {
    callOff();
    callOff = clock.after(delayMs, () => void say().catch(() => {}));
  };

  async function say(): Promise<void> {
    isSoon = false;
    beat += 1;
    if (!isClosed) next(order === 'work' ? presenceMs : heldBackMs);
    const payload = {
      ...options.introduction,
      ...options.condition(),
      publicKey: identity.publicKey,
      beat,
    } satisfies Presence;
    await link.send(signFrame(identity, { type: 'presence', subject, runner: address, payload }));
  }
  void say().catch(() => {});

  function changed(): void {
    if (isSoon || isClosed) return;
    isSoon = true;
    next(soonMs);
  }

  return {
    changed,
    take(frame) {
      if (frame.subject !== subject || !isSignedBy(options.controlPublicKey, frame)) return;
      const answer = payloadOf(orderSchema, frame);
      if (isClosed || !answer || answer.beat <= answeredBeat || answer.beat > beat) return;
      answeredBeat = answer.beat;
      const isNew = answer.order !== order;
      order = answer.order;
      options.obey(order);
      if (isNew) changed();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      callOff();
      await say().catch(() => {});
    },
  };
}
