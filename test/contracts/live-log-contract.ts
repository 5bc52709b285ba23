import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type LiveLogReader,
  type LiveLogWriter,
  type LogLines,
  liveTailBytes,
} from '../../src/contract/live-log.ts';

export type OpenLiveLog = { writer: LiveLogWriter; reader: LiveLogReader; close(): Promise<void> };

/** What every live tail must do. */
export function describeLiveLog(name: string, open: () => Promise<OpenLiveLog>): void {
  async function opened(): Promise<OpenLiveLog> {
    const log = await open();
    onTestFinished(() => log.close());
    return log;
  }

  async function follow(
    reader: LiveLogReader,
    until: (lines: string[]) => boolean = () => false,
  ): Promise<{ first: number | undefined; lines: string[] }> {
    const stop = new AbortController();
    const lines: string[] = [];
    let first: number | undefined;
    for await (const batch of reader.follow('job', 1, { signal: stop.signal })) {
      first ??= batch.firstLine;
      if (first + lines.length !== batch.firstLine) throw new Error(`a gap before line ${batch.firstLine}`);
      lines.push(...batch.lines);
      if (until(lines)) stop.abort();
    }
    return { first, lines };
  }

  const batch = (firstLine: number, ...lines: string[]): LogLines => ({ firstLine, lines });

  describe(`the live tail: ${name}`, () => {
    it('brings lines to those who follow, as they come, to the end', async () => {
      const { writer, reader } = await opened();
      const following = [follow(reader), follow(reader)];
      await writer.append('job', 1, batch(0, 'one', 'two'));
      await writer.append('job', 2, batch(0, 'of another attempt'));
      await writer.append('job', 1, batch(2, 'three "quoted" \u001b[1m ☂'));
      await writer.end('job', 1);
      for (const { lines } of await Promise.all(following)) {
        expect(lines).toEqual(['one', 'two', 'three "quoted" \u001b[1m ☂']);
      }
    });

    it('brings what it still holds to those who come later', async () => {
      const { writer, reader } = await opened();
      await writer.append('job', 1, batch(0, 'one'));
      await writer.append('job', 1, batch(1, 'two'));
      await writer.end('job', 1);
      expect(await follow(reader)).toEqual({ first: 0, lines: ['one', 'two'] });
    });

    it('holds two seconds of a job that says a little often: what is not yet in a segment', async () => {
      const { writer, reader } = await opened();
      for (let line = 0; line < 200; line += 1) await writer.append('job', 1, batch(line, `tick ${line}`));
      await writer.end('job', 1);
      expect(await follow(reader)).toMatchObject({ first: 0, lines: { length: 200 } });
    });

    it('holds the newest lines, at most 1 MiB of them, whatever is in them', async () => {
      const { writer, reader } = await opened();
      let line = 0;
      for (const text of ['x'.repeat(16_000), '☂'.repeat(16_000), '\u0001'.repeat(8_000)]) {
        for (let times = 0; times < 60; times += 1) {
          await writer.append('job', 1, batch(line, text));
          line += 1;
        }
      }
      await writer.append('job', 1, batch(line, 'the last'));
      await writer.end('job', 1);
      const { lines } = await follow(reader);
      expect(lines.at(-1)).toBe('the last');
      const held = lines.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
      expect(held).toBeLessThanOrEqual(liveTailBytes);
      expect(lines.length).toBeGreaterThan(10);
    });

    it('lets go of those who no longer want it', async () => {
      const { writer, reader } = await opened();
      await writer.append('job', 1, batch(0, 'one'));
      expect((await follow(reader, () => true)).lines).toEqual(['one']);
      const gone = AbortSignal.abort();
      const none: LogLines[] = [];
      for await (const lines of reader.follow('job', 1, { signal: gone })) none.push(lines);
      expect(none).toEqual([]);
    });
  });
}
