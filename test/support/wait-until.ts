import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessEnd } from './guarded-process.ts';

export interface WaitUntilOptions {
  /** Completes the sentence "waited for ... in vain". */
  what: string;
  timeoutMs: number;
  intervalMs?: number;
  /** Gives up as soon as this process has ended. */
  unless?: Promise<ProcessEnd>;
  /** Its last lines go into the error. */
  logFile?: string;
}

/** Asks again and again until the answer is true; throws with what is known when it never is. */
export async function waitUntil(isTrue: () => Promise<boolean>, options: WaitUntilOptions): Promise<void> {
  let end: ProcessEnd | undefined;
  void options.unless?.then((how) => {
    end = how;
  });
  const deadline = Date.now() + options.timeoutMs;
  while (!(await isTrue())) {
    if (end !== undefined) {
      throw new Error(
        `waited for ${options.what}, but it ended with ${end.signal ?? end.code}${await lastLines(options)}`,
      );
    }
    if (Date.now() > deadline) {
      throw new Error(
        `waited ${options.timeoutMs} ms for ${options.what} in vain${await lastLines(options)}`,
      );
    }
    await delay(options.intervalMs ?? 25);
  }
}

async function lastLines({ logFile }: WaitUntilOptions): Promise<string> {
  if (logFile === undefined) return '';
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return `; the end of ${logFile}:\n${text.trimEnd().split('\n').slice(-15).join('\n')}`;
}
