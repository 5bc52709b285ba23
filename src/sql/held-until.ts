import { type RawBuilder, sql } from 'kysely';

/**
 * No hold is longer and nothing waits longer for its next try. What is held beyond that was written by a clock that has
 * been put right since, and would wait for as long as the clock was ahead.
 */
const mostHeldMs = 6 * 60_000;

/** Whether it was not claimed since then; a claim of a time to come is no claim. */
export function isClaimable(
  column: string,
  { nowMs, unlessSinceMs }: { nowMs: number; unlessSinceMs: number },
): RawBuilder<boolean> {
  const claimedAt = sql.ref(column);
  return sql<boolean>`(${claimedAt} < ${unlessSinceMs} or ${claimedAt} > ${nowMs + mostHeldMs})`;
}

/** Whether nobody holds the row at this time. */
export function isFreeAt(nowMs: number, column = 'held_until'): RawBuilder<boolean> {
  const until = sql.ref(column);
  return sql<boolean>`(${until} <= ${nowMs} or ${until} > ${nowMs + mostHeldMs})`;
}
