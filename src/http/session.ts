import { createHmac, hash, timingSafeEqual } from 'node:crypto';

export const sessionCookie = 'hookline_session';
export const sessionSeconds = 30 * 24 * 60 * 60;

/** Equal keys take as long to compare as different ones, whatever their lengths. */
export function sameKey(offered: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', offered, 'buffer'), hash('sha256', expected, 'buffer'));
}

/**
 * What the cookie of a signed-in browser holds: when it ends, and a proof that whoever made it knew the key. The key
 * itself is not in it, no process has to remember it, and another key ends every session.
 */
export function issueSession(apiKey: string, nowMs: number): string {
  const expiresAtMs = nowMs + sessionSeconds * 1000;
  return `${expiresAtMs}.${proofOf(apiKey, String(expiresAtMs))}`;
}

export function isSessionGood(session: string, apiKey: string, nowMs: number): boolean {
  const [expires = '', proof = ''] = session.split('.');
  return sameKey(proof, proofOf(apiKey, expires)) && Number(expires) > nowMs;
}

function proofOf(apiKey: string, expires: string): string {
  return createHmac('sha256', apiKey).update(`hookline session until ${expires}`).digest('base64url');
}
