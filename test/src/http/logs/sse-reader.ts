import { onTestFinished } from 'vitest';

export type SseEvent = { event: string; id?: string; data: unknown };

export type SseReader = {
  /** The next event of one of these names; others before it are passed over and kept in `all`. */
  next(...names: string[]): Promise<SseEvent>;
  /** Reads until the server ends the stream. */
  rest(): Promise<SseEvent[]>;
  all: SseEvent[];
  /** Reads until this was received, events or not. */
  until(part: string): Promise<void>;
  /** Everything received, comments and fields of no event included. */
  text(): string;
  cancel(): Promise<void>;
};

/** Reads Server-Sent Events as a browser does. */
export function readEvents(response: Response): SseReader {
  if (response.body === null) throw new Error(`the answer (${response.status}) has no body`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const all: SseEvent[] = [];
  let text = '';
  let unread = '';
  onTestFinished(() => reader.cancel().catch(() => {}));

  async function read(): Promise<SseEvent | undefined> {
    for (;;) {
      const end = unread.indexOf('\n\n');
      if (end >= 0) {
        const block = unread.slice(0, end);
        unread = unread.slice(end + 2);
        const event = parseBlock(block);
        if (event === undefined) continue;
        all.push(event);
        return event;
      }
      if (!(await receive())) return undefined;
    }
  }

  async function receive(): Promise<boolean> {
    const { done, value = '' } = await reader.read();
    text += value;
    unread += value;
    return !done;
  }

  return {
    async next(...names) {
      for (;;) {
        const event = await read();
        if (event === undefined) throw new Error(`the stream ended before ${names.join(' or ')}`);
        if (names.includes(event.event)) return event;
      }
    },
    async rest() {
      const events: SseEvent[] = [];
      for (let event = await read(); event; event = await read()) events.push(event);
      return events;
    },
    async until(part) {
      while (!text.includes(part)) {
        if (!(await receive())) throw new Error(`the stream ended before ${JSON.stringify(part)}`);
      }
    },
    all,
    text: () => text,
    cancel: () => reader.cancel(),
  };
}

function parseBlock(block: string): SseEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trimStart()];
    }),
  );
  const [event, data, id] = [fields.get('event'), fields.get('data'), fields.get('id')];
  if (event === undefined || data === undefined) return undefined;
  return { event, data: JSON.parse(data), ...(id === undefined ? {} : { id }) };
}

/** The numbers of all lines in the order they came, and the places of gaps. */
export function linesIn(events: readonly SseEvent[]): (number | string)[] {
  return events.flatMap(({ event, data }): (number | string)[] => {
    const { firstLine, lines, lineCount } = data as {
      firstLine: number;
      lines?: { text: string }[];
      lineCount?: number;
    };
    if (event === 'gap') return [`gap ${firstLine}+${lineCount}`];
    if (event !== 'lines') return [];
    return (lines ?? []).map(({ text }, offset) => {
      if (text !== `line ${firstLine + offset}`) throw new Error(`line ${firstLine + offset} is "${text}"`);
      return firstLine + offset;
    });
  });
}
