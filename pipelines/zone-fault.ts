import { nearestTo } from './nearest.ts';

/** What is wanted instead of a time zone, or undefined when it is one: a name of the IANA database, or UTC. */
export function zoneFault(zone: string): string | undefined {
  if (zone === 'UTC' || isZone(zone)) return undefined;
  const nearest = nearestTo(zone, Intl.supportedValuesOf('timeZone'));
  return nearest === undefined ? 'a time zone such as Europe/Paris, or UTC' : `did you mean "${nearest}"?`;
}

/** Offsets and abbreviations are left out: `+02:00` knows no summer time, and `CST` is three different zones. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
