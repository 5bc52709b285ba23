/**
 * `npm run demo [-- --keep] [--s3]`: shows hookline at work, from a signed webhook to a deployed page, and checks every
 * thing that it shows. Exit status 0 only if all of it was so. Artifacts and logs go to the bucket that `S3_BUCKET` and
 * the AWS variables name, or with `--s3` to one on an S3 server of the demo's own; else to a directory.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { becomeRoot } from './become-root.ts';
import { type Checks, openChecks } from './checks.ts';
import { openClosers } from './closers.ts';
import { giveToCaller, makeKeptDirectory } from './kept-directory.ts';
import { lastWords } from './last-words.ts';
import { lookBack } from './look-back.ts';
import { lookIntoBucket } from './look-into-bucket.ts';
import { pullRequestThatFails } from './pull-request-that-fails.ts';
import { pushThatDeploys } from './push-that-deploys.ts';
import { pushToCodecommit } from './push-to-codecommit.ts';
import { pushWithMistake } from './push-with-mistake.ts';
import { setUp } from './set-up.ts';
import { stopAndLook } from './stop-and-look.ts';
import { showSummary } from './summary.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { Stopped, untilToldToStop } from './until-told-to-stop.ts';

const endIsKnownMs = 200;
const { values: options } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, s3: { type: 'boolean', default: false } },
});
const terminal = openTerminal();
process.exitCode = (await becomeRoot((line) => console.error(line))) ?? (await demo());

async function demo(): Promise<number> {
  terminal.title(
    'hookline',
    'A push becomes a run, a zip, a deployment and a commit status. All of it for real, on this machine.',
  );
  const signal = untilToldToStop();
  const closers = openClosers();
  const checks = openChecks(terminal);
  const startedAt = performance.now();
  const keptDirectory = await makeKeptDirectory(new Date());
  let running = signal;
  let exitCode: number;
  try {
    const scene = await setUp({ terminal, checks, signal, keptDirectory }, closers, { ownS3: options.s3 });
    running = scene.signal;
    const deployed = await pushThatDeploys(scene);
    await pullRequestThatFails(scene);
    await pushWithMistake(scene);
    await pushToCodecommit(scene, deployed);
    if (scene.bucket !== undefined) await lookIntoBucket(scene, scene.bucket);
    showSummary(scene, deployed, await lookBack(scene, deployed.run));
    if (!options.keep) {
      await stopAndLook(scene);
      checks.equal('everything was tidied up', [], await closers.close());
    }
    exitCode = showChecks(terminal, checks, { keptDirectory, tookMs: performance.now() - startedAt });
    if (options.keep) await untilEnough(scene.signal);
  } catch (error) {
    // A connection breaks before the end of the process behind it is known.
    await delay(endIsKnownMs);
    exitCode = explain(running.aborted ? running.reason : error, keptDirectory);
  }
  for (const failure of await closers.close()) terminal.bad(`not tidied up: ${failure}`);
  await giveToCaller(keptDirectory);
  return exitCode;
}

/** Until Ctrl-C; throws when hookline does not last so long. */
async function untilEnough(signal: AbortSignal): Promise<void> {
  terminal.note('All of it goes on running until Ctrl-C.');
  if (!signal.aborted) await once(signal, 'abort');
  if (!(signal.reason instanceof Stopped)) throw signal.reason;
  terminal.note('Tidying up …');
}

function explain(error: unknown, keptDirectory: string): number {
  terminal.line();
  if (error instanceof Stopped) {
    terminal.note('Stopping, and tidying up …');
    return error.exitCode;
  }
  // Some messages end with a part of the log, which follows here in any case.
  terminal.bad(messageOf(error).split('\n', 1)[0] ?? '');
  const words = lastWords(join(keptDirectory, 'hookline.log'));
  if (words.length > 0) terminal.note('hookline’s last words:');
  for (const line of words) terminal.log('hookline', line);
  terminal.note(`The logs are in ${keptDirectory}`);
  return 1;
}

function showChecks(
  { act, good, bad, note }: Terminal,
  { all }: Checks,
  { keptDirectory, tookMs }: { keptDirectory: string; tookMs: number },
): number {
  act('What was checked');
  const wrong = all.filter(({ ok }) => !ok);
  for (const { what } of all.filter(({ ok }) => ok)) good(what);
  for (const { what, expected, seen } of wrong) {
    bad(what);
    note(`expected: ${expected}`);
    note(`seen:     ${seen}`);
  }
  terminal.line();
  if (wrong.length === 0) good(`All ${all.length} are as they should be.`, tookMs);
  else bad(`${wrong.length} of ${all.length} are not as they should be. The logs are in ${keptDirectory}`);
  terminal.line();
  return wrong.length === 0 ? 0 : 1;
}
