import { parseArgs } from 'node:util';
import { startRunnerProcess } from '../compose/compose-runner.ts';
import { openDataDirectory } from '../compose/data-directory.ts';
import { readSettings } from '../compose/read-settings.ts';
import { ConfigRefusal } from '../config.ts';
import type { TicketQueue } from '../contract/ticket.ts';
import { createLog } from '../log.ts';
import type { Command } from './command.ts';
import { closeWithin, untilStopped } from './until-stopped.ts';

export const runner: Command = {
  usage: '[--deploy] [--jobs] [--exit-when-drained]',
  summary: 'carries out jobs, or with --deploy deployments, or with both flags both',
  run: (args) => runRunner(args),
};

/** The command itself. `parts` take the place of what a runner otherwise opens: the chaos suite brings its own engine. */
export async function runRunner(
  args: readonly string[],
  parts: Pick<Parameters<typeof startRunnerProcess>[1], 'engine'> = {},
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      deploy: { type: 'boolean', default: false },
      jobs: { type: 'boolean', default: false },
      'exit-when-drained': { type: 'boolean', default: false },
    },
  });
  const config = readSettings(process.env);
  const needed = {
    REDIS_URL: config.redisUrl,
    HOOKLINE_RUNNER_KEY: config.runnerKey,
    HOOKLINE_CONTROL_PUBLIC_KEY: config.controlPublicKey,
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  const { redisUrl, runnerKey, controlPublicKey } = config;
  if (redisUrl === undefined || runnerKey === undefined || controlPublicKey === undefined) {
    const remedy = '`hookline keys` makes the keys of a runner and shows that of control';
    throw new ConfigRefusal('invalid', `${missing.join(', ')} must be set for a runner; ${remedy}`);
  }
  const queues: TicketQueue[] = values.deploy ? ['deployments'] : ['jobs'];
  if (values.deploy && values.jobs) queues.push('jobs');
  const log = createLog({
    level: config.logLevel,
    process: values.deploy && !values.jobs ? 'deployer' : 'runner',
  });
  const { stopped, hurry } = untilStopped(log);
  const stop = new AbortController();
  stopped.then(() => stop.abort());
  const started = await startRunnerProcess(
    config,
    { redisUrl, runnerKey, controlPublicKey, queues, log, signal: stop.signal, ...parts },
    openDataDirectory(config.dataDir),
  ).catch((error: unknown) => {
    // Told to stop before it had begun: that is no failure.
    if (!stop.signal.aborted) throw error;
  });
  if (!started) return 0;
  if (!stop.signal.aborted) log.info({ queues, slots: config.slots }, 'the runner is ready');
  const done = values['exit-when-drained'] ? started.drained : new Promise(() => {});
  await Promise.race([stopped, done.then(() => log.info('drained: stopping'))]);
  await closeWithin(started, config.stopGraceMs, { hurry, log });
  return 0;
}
