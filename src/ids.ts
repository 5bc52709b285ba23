import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * 26 characters that sort by the time they were made: 10 of milliseconds since 1970, 16 random (80 bits). No
 * character is mistaken for another (Crockford's base 32), and the id is safe in URLs, file names and queue keys.
 */
export function newId(nowMs: number = Date.now()): string {
  let time = '';
  for (let rest = nowMs, digit = 0; digit < 10; digit += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(16)) random += alphabet.charAt(byte & 31);
  return time + random;
}
