import { messageOf, Refusal } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DeliveryLog, FoundDelivery, Hook, RecoveryStore, TakeIn } from './delivery-log.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import { missingDeliveries } from './missing-deliveries.ts';

export type RecoveryPorts = {
  sent: DeliveryLog;
  store: RecoveryStore;
  takeIn: TakeIn;
  interpret: Forge['interpret'];
  now: () => number;
  log: Log;
};

/** How long GitHub keeps the log of its deliveries. */
const keptMs = 3 * 24 * 60 * 60_000;
/** The provider's clock is not ours, and an attempt stands in its log only when it has ended. */
const overlapMs = 10 * 60_000;
/** So that one repository's backlog costs no more than this at a time; the rest is for the next turn. */
const mostAtOnce = 200;

/**
 * Compares the provider's log of one repository with the inbox and takes in what is missing, the oldest first: what
 * was delivered while nobody listened, and what was refused for a secret that did not fit yet. Returns how many
 * deliveries that were. May be killed anywhere and done again.
 */
export async function recoverDeliveries(
  { repository, hookId, throughMs }: { repository: string; hookId?: string; throughMs: number | undefined },
  ports: RecoveryPorts,
  signal: AbortSignal,
): Promise<number> {
  const { sent, store, log } = ports;
  const startedAtMs = ports.now();
  const sinceMs = Math.max(startedAtMs - keptMs, (throughMs ?? 0) - overlapMs);
  const { hook, attempts, isCut } = await askHook(repository, hookId, sinceMs, sent, signal);
  const known = await store.known([...new Set(attempts.map(({ deliveryId }) => deliveryId))]);
  const missing = missingDeliveries(attempts, { known, isFirstLook: throughMs === undefined });
  let taken = 0;
  for (const attempt of missing.slice(0, mostAtOnce)) {
    const payload = await sent.payloadOf(hook, attempt, { signal });
    if (await recover({ hook, attempt, payload }, ports)) taken += 1;
  }
  if (isCut) log.warn({ repository }, `so much was sent for ${repository} that the oldest was not looked at`);
  if (missing.length <= mostAtOnce) await store.complete(repository, startedAtMs);
  return taken;
}

/** The webhook that the last delivery came by may be gone and another one in its place. */
async function askHook(
  repository: string,
  lastId: string | undefined,
  sinceMs: number,
  sent: DeliveryLog,
  signal: AbortSignal,
) {
  const ask = async (id: string) => {
    const hook: Hook = { repository, id };
    return { hook, ...(await sent.sentSince(hook, sinceMs, { signal })) };
  };
  try {
    if (lastId !== undefined) return await ask(lastId);
  } catch (error) {
    if (!(error instanceof ForgeRefusal)) throw error;
  }
  const id = await sent.hookOf(repository, { signal });
  if (id === undefined) {
    throw new ForgeRefusal('refused', `${repository} has no webhook of its own that leads to this service`);
  }
  return ask(id);
}

async function recover(found: FoundDelivery, ports: RecoveryPorts): Promise<boolean> {
  const { attempt, hook } = found;
  const { deliveryId, event } = attempt;
  const about = { repository: hook.repository, deliveryId, event };
  try {
    if (attempt.wasTaken && (await isBuilt(found, ports))) return false;
    const { outcome, id } = await ports.takeIn(found);
    if (outcome === 'duplicate') return false;
    const sentAt = new Date(attempt.sentAtMs).toISOString();
    ports.log.info({ ...about, id, recovered: true }, `recovered: ${event} of ${hook.repository}, ${sentAt}`);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ports.log.warn({ ...about, code: error.code }, `a missed delivery is not taken: ${messageOf(error)}`);
    return false;
  }
}

/**
 * A delivery that was answered for may be in the inbox under the id of its twin, sent by a second webhook of the
 * repository. Where all its changes have runs there is nothing to be made up for.
 */
async function isBuilt({ attempt, payload }: FoundDelivery, { interpret, store }: RecoveryPorts) {
  const asked = interpret({ event: attempt.event, body: Buffer.from(payload, 'utf8') });
  if ('ignored' in asked) return false;
  const built = await Promise.all(asked.changes.map((change) => store.hasRun(change)));
  return built.every(Boolean);
}
