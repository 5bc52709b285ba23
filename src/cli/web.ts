import { startWeb } from '../compose/compose-web.ts';
import { lockDataDirectory, openDataDirectory } from '../compose/data-directory.ts';
import { ConfigRefusal, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { Command } from './command.ts';
import { closeWithin, untilStopped } from './until-stopped.ts';

/** Longer than two looks of the usual proxy. */
const webStopDelayMs = 5_000;

export const web: Command = {
  usage: '',
  summary: 'webhooks, API, pages and control; runners elsewhere over REDIS_URL',
  async run() {
    const config = readConfig(process.env);
    if (!config.redisUrl)
      throw new ConfigRefusal('invalid', 'REDIS_URL is not set; `hookline web` needs one');
    if (config.runnerPublicKeys.length === 0) {
      const remedy = 'make a pair with `hookline keys` and give the public key';
      throw new ConfigRefusal(
        'invalid',
        `HOOKLINE_RUNNER_PUBLIC_KEYS is not set: no runner could claim; ${remedy}`,
      );
    }
    const log = createLog({ level: config.logLevel, process: 'web' });
    const { stopped, hurry } = untilStopped(log);
    const data = openDataDirectory(config.dataDir);
    const unlock = lockDataDirectory(data);
    const masterKey = config.masterKey ?? data.key('master.key');
    const { redisUrl, stopDelayMs = webStopDelayMs } = config;
    const enrolled = { runners: config.runnerPublicKeys, deployers: config.deployerPublicKeys };
    const started = await startWeb(config, { redisUrl, masterKey, enrolled, stopDelayMs, log }, data);
    await stopped;
    await closeWithin(started, config.stopGraceMs, { hurry, log });
    unlock();
    return 0;
  },
};
