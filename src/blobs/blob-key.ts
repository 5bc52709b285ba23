import { BlobRefusal } from './blob-refusal.ts';

/** S3 takes keys of 1,024 bytes; half of it leaves room for a prefix of the operator's. */
const maxKeyLength = 512;
/** File systems take names of 255 bytes; the rest is for what the directory store adds. */
const maxSegmentLength = 200;

/** Throws `bad-key` unless every adapter can hold the key. */
export function assertKey(key: string): void {
  const problem = problemOfPath(key) ?? problemOfSegments(key.split('/'));
  if (problem !== undefined) throw badKey('key', key, problem);
}

/** Like assertKey, for what a listing starts with: it may be empty and may stop in the middle of a segment. */
export function assertPrefix(prefix: string): void {
  if (prefix === '') return;
  const whole = prefix.split('/').slice(0, -1);
  const problem = problemOfPath(prefix) ?? problemOfSegments(whole);
  if (problem !== undefined) throw badKey('prefix', prefix, problem);
}

function problemOfPath(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.length > maxKeyLength) return `it has ${path.length} characters and may have ${maxKeyLength}`;
  if (!/^[a-zA-Z0-9._/-]*$/.test(path)) return 'it may hold a-z, A-Z, 0-9, ".", "_", "-" and "/" only';
  return undefined;
}

function problemOfSegments(segments: readonly string[]): string | undefined {
  for (const segment of segments) {
    if (segment === '') return 'it may not start or end with "/" nor hold "//"';
    if (segment === '.' || segment === '..') return `it may not hold the segment "${segment}"`;
    if (segment.length > maxSegmentLength)
      return `its segment of ${segment.length} characters is too long: ${maxSegmentLength} at most`;
  }
  return undefined;
}

function badKey(what: string, value: string, problem: string): BlobRefusal {
  const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return new BlobRefusal('bad-key', `The blob ${what} ${shown} cannot be used: ${problem}.`);
}
