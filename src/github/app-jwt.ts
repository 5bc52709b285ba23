import { type KeyObject, sign } from 'node:crypto';

/** "The time must be no more than 10 minutes into the future": counted from an issue time that lies in the past. */
const lifeS = 600;
/** "To protect against clock drift, we recommend that you set this 60 seconds in the past." */
const driftS = 60;

/**
 * What an App proves itself with, to have tokens made; good for nothing else. Pure but for the signing.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function appJwt({
  appId,
  privateKey,
  nowMs,
}: {
  appId: number;
  privateKey: KeyObject;
  nowMs: number;
}) {
  const iat = Math.floor(nowMs / 1_000) - driftS;
  const claims = { iat, exp: iat + lifeS, iss: String(appId) };
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
