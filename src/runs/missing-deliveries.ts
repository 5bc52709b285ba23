import type { SentAttempt } from './delivery-log.ts';

/** What may build something, and what tells a person that the webhook works. */
const wantedEvents: ReadonlySet<string> = new Set(['push', 'pull_request', 'ping']);

/** A delivery that is not in the inbox, by one of its attempts. */
export type Missing = SentAttempt;

/**
 * The deliveries that never came to the inbox, in the order of their first attempts. Pure.
 *
 * A delivery that somebody answered for is missing as well: the proxy before this service may have, or the service
 * itself, before its disk was replaced by an older copy. But at the first look at a repository such a one is none of
 * ours: its webhook may have led to another service until then.
 */
export function missingDeliveries(
  attempts: readonly SentAttempt[],
  { known, isFirstLook }: { known: ReadonlySet<string>; isFirstLook: boolean },
): Missing[] {
  const missing = new Map<string, Missing>();
  const oldestFirst = [...attempts].sort((a, b) => a.sentAtMs - b.sentAtMs);
  for (const attempt of oldestFirst) {
    const { deliveryId, event, wasTaken } = attempt;
    if (known.has(deliveryId) || !wantedEvents.has(event)) continue;
    const earlier = missing.get(deliveryId);
    missing.set(deliveryId, earlier ? { ...earlier, wasTaken: earlier.wasTaken || wasTaken } : attempt);
  }
  return [...missing.values()].filter(({ wasTaken }) => !(isFirstLook && wasTaken));
}
