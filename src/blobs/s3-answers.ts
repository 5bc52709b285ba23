/** S3 names a missing object NoSuchKey, and NotFound where the answer has no body (HEAD). */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

/** The range starts at or after the object's end, as every range of an empty object does. */
export function isPastTheEnd(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidRange';
}

/** The whole object's size; the answer to a range tells it behind the slash of `bytes 0-4/10`. */
export function wholeSizeOf(answer: {
  ContentRange?: string | undefined;
  ContentLength?: number | undefined;
}): number {
  const whole = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return whole === undefined ? (answer.ContentLength ?? 0) : Number(whole);
}
