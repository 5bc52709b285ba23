const lookMs = 1_000;

/**
 * Aborted by Ctrl-C, by SIGTERM, by a terminal that is closed, and when the program that started this one is gone: npm
 * ends on a signal without passing it on to what it runs. A second signal ends the process as it stands.
 */
export function untilToldToStop(): AbortSignal {
  const stop = new AbortController();
  const parent = process.ppid;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted && signal !== 'SIGHUP') process.exit(code);
      stop.abort(new Stopped(code));
    });
  }
  setInterval(() => {
    if (process.ppid !== parent) stop.abort(new Stopped(129));
  }, lookMs).unref();
  // A terminal or a pipe that is gone must not keep us from tidying up.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => stop.abort(new Stopped(129)));
  return stop.signal;
}

/** Told to stop; `exitCode` is what shells expect of a program that ended so. */
export class Stopped extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('told to stop');
    this.exitCode = exitCode;
  }
}
