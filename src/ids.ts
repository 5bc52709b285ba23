import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeLength = 10;
const randomLength = 16;

/** Randomness is drawn for many ids at once: a draw costs as much as making the id. */
const pool = new Uint8Array(4096);
let used = pool.length;
let lastMs = -1;
let digits = new Uint8Array(randomLength);

/**
 * 26 characters that sort by the time they were made: 10 of milliseconds since 1970, 16 random (80 bits). Within a
 * millisecond one process counts up, so that its ids keep their order. No character is mistaken for another
 * (Crockford's base 32), and the id is safe in URLs, file names and queue keys.
 */
export function newId(nowMs: number = Date.now()): string {
  if (nowMs === lastMs) countUp();
  else draw();
  lastMs = nowMs;
  let id = '';
  for (let rest = nowMs, digit = 0; digit < timeLength; digit += 1) {
    id = alphabet.charAt(rest % 32) + id;
    rest = Math.floor(rest / 32);
  }
  for (const digit of digits) id += alphabet.charAt(digit);
  return id;
}

function draw(): void {
  if (used + randomLength > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  digits = pool.slice(used, used + randomLength).map((byte) => byte & 31);
  used += randomLength;
}

function countUp(): void {
  for (let at = randomLength - 1; at >= 0; at -= 1) {
    const digit = digits[at] ?? 0;
    digits[at] = (digit + 1) & 31;
    if (digit < 31) return;
  }
}
