import type { Clock } from '../../../src/clock.ts';
import type { Frame } from '../../../src/contract/frame.ts';
import type { ControlLink, RunnerLink } from '../../../src/contract/link.ts';
import type { Random } from './random.ts';

export type Weather = {
  drop: number;
  repeat: number;
  mostDelayMs: number;
  /** How often a frame that was seen before comes again, up to a minute later. */
  replay: number;
  /** How often somebody in between sends a frame of their own making. */
  forge: number;
};

export const fineWeather: Weather = { drop: 0, repeat: 0, mostDelayMs: 5, replay: 0, forge: 0 };

export type LossyLink = {
  weather: Weather;
  runner(address: string): RunnerLink & { crash(): void };
  control(): ControlLink & { crash(): void };
  /** Nothing at all gets through in either direction until the time that is given. */
  cutUntil(atMs: number): void;
};

/** Frames that a dead control had taken and not finished are given to the next one after this time. */
const takenUpMs = 1_000;

/**
 * A way between runners and control that loses, repeats, delays and reorders, with somebody on it who sees every
 * frame, plays old ones again, alters them and sends them back to where they came from.
 */
export function createLossyLink(
  clock: Clock,
  random: Random,
  forge: (seen: Frame, random: Random) => Frame,
): LossyLink {
  const runners = new Map<string, (frame: Frame) => void>();
  const seen: Frame[] = [];
  let control: ((frame: Frame) => void) | undefined;
  let cutUntilMs = 0;
  const link: LossyLink = {
    weather: fineWeather,
    cutUntil(atMs) {
      cutUntilMs = atMs;
    },
    runner(address) {
      let alive = true;
      return {
        async send(frame) {
          if (alive) carry(frame, (carried) => control?.(carried));
        },
        onFrame(handle) {
          runners.set(address, handle);
        },
        close: async () => {},
        crash() {
          alive = false;
          runners.delete(address);
        },
      };
    },
    control() {
      let alive = true;
      const lanes = new Map<string, Promise<void>>();
      const open = new Set<Frame>();
      let take: ((frame: Frame) => void) | undefined;
      return {
        async send(address, frame) {
          if (alive) carry(frame, (carried) => runners.get(address)?.(carried));
        },
        async onFrame(handle) {
          take = (frame) => {
            open.add(frame);
            const before = lanes.get(frame.subject) ?? Promise.resolve();
            const work = before
              .then(() => (alive ? handle(frame) : undefined))
              .then(() => open.delete(frame));
            lanes.set(
              frame.subject,
              work.then(() => {}),
            );
          };
          control = take;
        },
        close: async () => {},
        crash() {
          alive = false;
          if (control === take) control = undefined;
          for (const frame of open) clock.after(takenUpMs, () => control?.(frame));
        },
      };
    },
  };

  function carry(frame: Frame, arrive: (frame: Frame) => void): void {
    const { weather } = link;
    seen.push(frame);
    if (clock.now() < cutUntilMs || random.chance(weather.drop)) return;
    const copies = random.chance(weather.repeat) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      clock.after(random.between(0, weather.mostDelayMs), () => arrive(frame));
    }
    if (random.chance(weather.replay)) interfere(random.pick(seen), random.between(0, 60_000));
    const model = random.chance(weather.forge) ? random.pick(seen) : undefined;
    if (model) interfere(forge(model, random), random.between(0, 5_000));
  }

  /** To everybody: whoever it is not meant for must not mind. */
  function interfere(frame: Frame | undefined, delayMs: number): void {
    if (!frame) return;
    clock.after(delayMs, () => {
      control?.(frame);
      for (const take of runners.values()) take(frame);
    });
  }

  return link;
}
