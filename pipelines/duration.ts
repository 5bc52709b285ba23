/** One or more of hours, minutes and seconds, largest first: `90s`, `10m`, `1h30m`. */
export const durationPattern = /^(?=\d)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/;

export const longestTimeoutMs = 24 * 60 * 60 * 1000;

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (match === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** True for a duration a job may be given: more than nothing, at most 24 hours. */
export function isTimeout(text: string): boolean {
  const durationMs = parseDuration(text);
  return durationMs !== undefined && durationMs > 0 && durationMs <= longestTimeoutMs;
}
