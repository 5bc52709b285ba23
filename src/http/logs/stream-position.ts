/** Where a reader of a job's log stands: the first line it wants of which attempt. */
export type Position = { attempt?: number; line: number } | 'end';

/** The id of an event: `<attempt>-<its last line>`, and `<attempt>-end` for the last event of all. */
export function eventId(attempt: number, line: number | 'end'): string {
  return `${attempt}-${line}`;
}

/** Where to go on after the event of this id; a line number alone is one of the newest attempt. */
export function positionAfter(lastEventId: string): Position | undefined {
  const match = /^(?:(\d{1,6})-)?(\d{1,12}|end)$/.exec(lastEventId);
  if (match === null) return undefined;
  const [, attempt, line] = match;
  if (line === 'end') return 'end';
  return { ...(attempt === undefined ? {} : { attempt: Number(attempt) }), line: Number(line) + 1 };
}
