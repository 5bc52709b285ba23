/** One event of a stream of Server-Sent Events. */
export type ServerEvent = { readonly event: string; readonly data: string };

/** Reads a body as the HTML standard says (section "Server-sent events"); comments, ids and retry times are left out. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')] as const;
      });
      const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
      const event = fields.findLast(([name]) => name === 'event')?.[1] ?? 'message';
      if (data.length > 0) yield { event, data: data.join('\n') };
    }
  }
}
