/** The first line of a commit's message may be any length; a list of runs shows about this much. */
const maxTitleLength = 250;
/** Room for every message a person writes, and a bound for those a program writes. */
const maxMessageLength = 16_000;

/** A stranger's title on one line, cut to what a list can show. Nothing in it steers the terminal of who lists runs. */
export function titleFrom(text: string): string {
  const firstLine = /[^\r\n]*/.exec(text.trimStart())?.[0] ?? '';
  return cut(
    storable(firstLine)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim(),
    maxTitleLength,
  );
}

/** A stranger's text of several lines. */
export function messageFrom(text: string): string {
  return cut(storable(text), maxMessageLength);
}

/** JSON can spell NUL and half characters; PostgreSQL refuses the first and UTF-8 has no room for the second. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}
