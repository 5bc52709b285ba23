import { startAll } from '../compose/compose-start.ts';
import { openDataDirectory } from '../compose/data-directory.ts';
import { readSettings } from '../compose/read-settings.ts';
import { createLog } from '../log.ts';
import type { Command } from './command.ts';
import { closeWithin, untilStopped } from './until-stopped.ts';

export const start: Command = {
  usage: '',
  summary: 'all of hookline on this machine: web, control, a runner, Redis, SQLite',
  async run() {
    const config = readSettings(process.env);
    const log = createLog({ level: config.logLevel, process: 'web' });
    const { stopped, hurry } = untilStopped(log);
    const started = await startAll(config, log, openDataDirectory(config.dataDir));
    log.info({ url: started.url }, `hookline is ready: ${started.url}`);
    if (config.github.secrets.length === 0) {
      log.warn('GITHUB_WEBHOOK_SECRET is not set: deliveries of GitHub are refused until it is');
    }
    await stopped;
    // The runner's own grace and patience come first, then those of this process.
    await closeWithin(started, config.stopGraceMs, { hurry, log, lateMs: config.stopGraceMs + 60_000 });
    return 0;
  },
};
