import { setTimeout as sleep } from 'node:timers/promises';
import { type HooklineProcess, type HooklineSettings, spawnHookline } from '../support/hookline-process.ts';

export type ProcessOptions = {
  name: string;
  args: readonly string[];
  settings: HooklineSettings;
  logFile: string;
  program?: string;
  /** What its log says once it does its work. */
  readyLine: string;
};

/** A process of hookline as systemd keeps it: started again whenever it ends, until it is held down or closed. */
export type KeptProcess = {
  readonly name: string;
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  /** How it ended when nobody had killed it: its signal or exit code, and the last that it said. */
  readonly endedByItself: readonly string[];
  ready(timeoutMs: number): Promise<void>;
  /** Ends it by this signal, and keeps it down until `up`. */
  down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  up(): void;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
};

const restartMs = 300;

export async function keepProcess(options: ProcessOptions): Promise<KeptProcess> {
  const { name, args, settings, logFile, program } = options;
  const endedByItself: string[] = [];
  let starts = 0;
  let held = false;
  let closed = false;
  let current = await start();
  let next: Promise<void> = Promise.resolve();

  async function start(): Promise<HooklineProcess> {
    starts += 1;
    const given = program === undefined ? {} : { program };
    const started = await spawnHookline(args, { settings, logFile, ...given });
    void started.ended.then(({ code, signal }) => {
      if (held || closed) return;
      endedByItself.push(`${signal ?? code}: ${lastWords(started.output())}`);
      startAgain();
    });
    return started;
  }

  function startAgain(): void {
    next = next.then(async () => {
      await sleep(restartMs);
      if (!held && !closed) current = await start();
    });
  }

  return {
    name,
    get pid() {
      return held ? undefined : current.pid;
    },
    get starts() {
      return starts;
    },
    endedByItself,
    async ready(timeoutMs) {
      await current.logged((line) => line.msg.includes(options.readyLine), timeoutMs);
    },
    async down(signal) {
      held = true;
      await next;
      current.signal(signal);
      await current.ended;
    },
    up() {
      if (!held || closed) return;
      held = false;
      startAgain();
    },
    signal: (signal) => current.signal(signal),
    async close() {
      closed = true;
      await next;
      current.signal('SIGCONT');
      await current.stop();
    },
  };
}

/** What was not log: a refusal to start, or the head of a stack. */
function lastWords(output: string): string {
  const words = output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  return (
    words.find((line) => /^\w*(Error|Refusal)\b|^hookline: /.test(line)) ??
    words.at(-1) ??
    'nothing'
  ).slice(0, 160);
}
