import { pino } from 'pino';
import type { Log } from '../log.ts';

/** What parts of the executor have to say to an operator, who here is whoever runs it: warnings and worse, as lines. */
export function screenLog(note: (text: string) => void): Log {
  return pino(
    { level: 'warn', base: null },
    {
      write(line: string) {
        const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
        note([msg, err?.message].filter((text) => text !== undefined).join(': '));
      },
    },
  );
}
