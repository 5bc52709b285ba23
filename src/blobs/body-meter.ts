import { createHash } from 'node:crypto';
import { BlobRefusal } from './blob-refusal.ts';

export interface BodyMeter {
  /** Counts and hashes a chunk; throws `size-mismatch` as soon as the body is longer than announced. */
  add(chunk: Uint8Array): void;
  /** The whole body's measures; throws `size-mismatch` if it is shorter than announced. Call once. */
  finish(): { sizeBytes: number; sha256: string };
}

/** Measures a body on its way into the store. */
export function createBodyMeter(key: string, announcedBytes?: number): BodyMeter {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const mismatch = (found: string) =>
    new BlobRefusal(
      'size-mismatch',
      `The blob ${key} was announced with ${announcedBytes} bytes and ${found}: nothing was stored; put it again with its true size.`,
    );
  return {
    add(chunk) {
      sizeBytes += chunk.length;
      if (announcedBytes !== undefined && sizeBytes > announcedBytes) throw mismatch('has more');
      hash.update(chunk);
    },
    finish() {
      if (announcedBytes !== undefined && sizeBytes !== announcedBytes) throw mismatch(`has ${sizeBytes}`);
      return { sizeBytes, sha256: hash.digest('hex') };
    },
  };
}
