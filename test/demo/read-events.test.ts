import { expect, it } from 'vitest';
import { readEvents, type ServerEvent } from './read-events.ts';

it('reads events in whatever pieces they come, multi-byte characters cut in two included', async () => {
  const bytes = new TextEncoder().encode(
    ': ping\n\nevent: lines\nid: 1-0\ndata: {"a":"é"}\n\ndata: x\ndata: y\n\nevent: cut',
  );
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  expect(events).toEqual([
    { event: 'lines', data: '{"a":"é"}' },
    { event: 'message', data: 'x\ny' },
  ]);
});
