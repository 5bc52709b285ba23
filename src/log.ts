import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';

/** Structured logging as pino has it: the fields first, then a sentence. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const correlation = new AsyncLocalStorage<{ correlationId: string }>();

/** Every line that is logged within `work` carries the delivery's correlation id. */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return correlation.run({ correlationId }, work);
}

/** Writes JSON lines to standard output, synchronously: a line that was logged is not lost in a crash. */
export function createLog(options: { level: LogLevel; process: string }): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => correlation.getStore() ?? {},
    },
    pino.destination({ dest: 1, sync: true }),
  );
}

export const silentLog: Log = pino({ level: 'silent' });
