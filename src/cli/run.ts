import { readFileSync } from 'node:fs';
import { messageOf, Refusal } from '../errors.ts';
import type { WantedEvent } from '../local/make-change.ts';
import type { Screen } from '../local/view/screen.ts';
import { type Command, UsageRefusal } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

const defaultOut = '.hookline-out';

export const run: Command = {
  usage: '[--job NAME] [--secret NAME] …',
  summary: 'carries out the pipeline of this working tree on this machine, uncommitted changes included',
  details: `--job NAME              only this job, or all combinations of one with a matrix; may be repeated, as may
--step NAME|NUMBER      only this step
--matrix AXIS=VALUE     only these combinations
--event push|pull_request|FILE   what happened; FILE is a payload as GitHub sends it
--secret NAME[=VALUE]   a secret of jobs that ask for it, from the environment unless given
--out DIR               where artifacts and logs go; ${defaultOut} unless given
--shell                 a shell in the container of a step that failed
--no-docker             without containers: steps run as you, on this host; HOOKLINE_ALLOW_UNISOLATED=1 allows it

Ends with 0 for success, 1 for a failure of the code, 2 for an error, 130 after Ctrl-C. See docs/local.md.`,
  async run(args) {
    const { values } = parseArguments({
      args: [...args],
      options: {
        job: { type: 'string', multiple: true, default: [] },
        step: { type: 'string', multiple: true, default: [] },
        matrix: { type: 'string', multiple: true, default: [] },
        event: { type: 'string', default: 'push' },
        secret: { type: 'string', multiple: true, default: [] },
        out: { type: 'string', default: defaultOut },
        shell: { type: 'boolean', default: false },
        'no-docker': { type: 'boolean', default: false },
      },
    });
    if (values.shell && !(process.stdin.isTTY && process.stdout.isTTY)) {
      throw new UsageRefusal('usage', '--shell wants a terminal, and this is none');
    }
    const { readSecrets } = await import('../local/choose-secrets.ts');
    const { runLocally } = await import('../compose/compose-local-run.ts');
    const { exitCodeOf } = await import('../local/view/words.ts');
    const screen = await openScreenFor(process.stdout);
    const stop = stopOnSignals(screen);
    try {
      const ended = await runLocally(
        {
          directory: process.cwd(),
          selection: { jobs: values.job, steps: values.step, matrix: values.matrix },
          event: eventOf(values.event),
          secrets: readSecrets(values.secret, process.env),
          out: values.out,
          ...(values.shell ? { terminal: { input: process.stdin, output: process.stdout } } : {}),
          noDocker: values['no-docker'],
          environment: process.env,
        },
        screen,
        stop,
      );
      return stop.exitCode ?? exitCodeOf(ended);
    } catch (error) {
      if (stop.exitCode !== undefined) return stop.exitCode;
      if (!(error instanceof Refusal)) throw error;
      screen.close();
      console.error(`hookline: ${messageOf(error)}`);
      return 2;
    } finally {
      screen.close();
    }
  },
};

/** Moving lines are for somebody who looks; CI and NO_COLOR (https://no-color.org) say that there is nobody, or who does not want them. */
async function openScreenFor(output: NodeJS.WriteStream): Promise<Screen> {
  const { openScreen } = await import('../local/view/screen.ts');
  const isWatched = output.isTTY && !process.env['CI'] && !process.env['NO_COLOR'];
  if (isWatched && process.env['TERM'] !== 'dumb') {
    const { liveView } = await import('../local/view/live-view.ts');
    return openScreen(liveView, { output, moves: true, now: Date.now });
  }
  const { plainView } = await import('../local/view/plain-view.ts');
  return openScreen(plainView, { output, moves: false, now: Date.now });
}

/** As shells count: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** As if SIGPIPE had ended it. */
const noReader = 141;

/** The first signal ends the run as a cancel does, the second what is still running; a terminal that is gone is both. */
function stopOnSignals(screen: Screen) {
  const cancel = new AbortController();
  const hurry = new AbortController();
  let exitCode: number | undefined;
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      const isFirst = exitCode === undefined;
      exitCode ??= code;
      if (isFirst && signal !== 'SIGHUP') {
        void screen.take({ type: 'note', text: `${signal}: stopping; once more ends whatever still runs` });
      }
      cancel.abort(new Error(signal));
      if (!isFirst || signal === 'SIGHUP') hurry.abort(new Error(signal));
    });
  }
  // Whoever read the output is gone: `hookline run | head`, or a terminal that was closed.
  process.stdout.on('error', () => {
    exitCode ??= noReader;
    cancel.abort(new Error('nobody reads the output'));
    hurry.abort(new Error('nobody reads the output'));
  });
  return {
    cancel: cancel.signal,
    hurry: hurry.signal,
    get exitCode() {
      return exitCode;
    },
  };
}

function eventOf(given: string): WantedEvent {
  if (given === 'push' || given === 'pull_request') return given;
  try {
    return { file: given, payload: JSON.parse(readFileSync(given, 'utf8')) };
  } catch (error) {
    const wanted = 'wanted: push, pull_request, or a file with the JSON payload that GitHub sends';
    throw new UsageRefusal('usage', `--event ${given}: ${messageOf(error)}; ${wanted}`);
  }
}
