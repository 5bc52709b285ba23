import { setTimeout as sleep } from 'node:timers/promises';

/** Single pushes, or those of a whole team at once, are no burst. */
const burstLength = 10;
/** A burst may last, and what it brought is not to wait for its end. */
const patienceMs = 250;
const lookMs = 25;

/**
 * Resolves once few deliveries are being written, at the latest when patience has ended. In a burst the forges are
 * answered first: planning one delivery takes as long as taking in ten.
 */
export async function letBurstPass(underWay: () => number): Promise<void> {
  for (let waitedMs = 0; underWay() >= burstLength && waitedMs < patienceMs; waitedMs += lookMs)
    await sleep(lookMs);
}
