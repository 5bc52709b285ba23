/**
 * PORT. Plans a stored delivery anew, as a delivery of its own: for one whose repository was not allowed, whose pipeline
 * was missing, or that ran into a defect. It makes new runs although the first ones stand, for a person asked for it.
 *
 * - `written`: durable, under the id that was given; the same request again changes nothing;
 * - `pending`: the delivery is not planned yet, so that there is nothing to be done again;
 * - `unknown`: there is no such delivery.
 */
export type ReplayDelivery = (wanted: WantedReplay) => Promise<ReplayAnswer>;

export type ReplayAnswer = 'written' | 'pending' | 'unknown';

/** `id` is that of the new delivery; `by` says who asked, for the record. */
export type WantedReplay = { deliveryId: string; id: string; by: string; askedAtMs: number };

/** What the API and the pages ask with. */
export type AskReplay = (
  deliveryId: string,
  by: string,
) => Promise<{ answer: 'written'; id: string } | { answer: 'pending' } | { answer: 'unknown' }>;

export function createAskReplay(ports: {
  replay: ReplayDelivery;
  now: () => number;
  newId: () => string;
}): AskReplay {
  return async (deliveryId, by) => {
    const id = ports.newId();
    const answer = await ports.replay({ deliveryId, id, by, askedAtMs: ports.now() });
    return answer === 'written' ? { answer, id } : { answer };
  };
}

/** What a person is told who asks for the replay of a pending delivery. */
export const replayRefusal =
  'the delivery is not planned yet, and is tried until it is: there is nothing to be played again';
