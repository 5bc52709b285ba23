const cut = '…';

/** The beginning of a text in so many bytes of UTF-8, cut between characters, with a mark where it was. */
export function fitBytes(text: string, mostBytes: number): string {
  const whole = Buffer.from(text, 'utf8');
  if (whole.length <= mostBytes) return text;
  let end = mostBytes - Buffer.byteLength(cut);
  // 10xxxxxx goes on with a character that began before.
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${whole.toString('utf8', 0, end)}${cut}`;
}

/** The last of these lines that fit into so many bytes, ends of lines included. */
export function lastLines(lines: readonly string[], mostBytes: number): string[] {
  let leftBytes = mostBytes;
  const kept = lines.toReversed().findIndex((line) => {
    leftBytes -= Buffer.byteLength(line) + 1;
    return leftBytes < 0;
  });
  return kept === -1 ? [...lines] : lines.slice(lines.length - kept);
}
