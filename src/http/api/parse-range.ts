/** The bytes asked for, half open; `whole` where the header says nothing that we serve; else `unsatisfiable`. */
export type RequestedRange = { start: number; end: number } | 'whole' | 'unsatisfiable';

/**
 * Reads a Range header (RFC 9110, section 14). One range is served; several at once, other units and text that is
 * no range are answered with the whole, as the RFC allows.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RequestedRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
