import { openDataDirectory } from '../compose/data-directory.ts';
import { openDatabase } from '../compose/open-database.ts';
import { readConfig } from '../config.ts';
import { silentLog } from '../log.ts';
import type { Command } from './command.ts';

export const migrate: Command = {
  usage: '',
  summary: 'brings the schema of the database up to date, as every start does; there is no way back',
  async run() {
    const config = readConfig(process.env);
    const database = await openDatabase(config, openDataDirectory(config.dataDir), silentLog);
    await database.close();
    const { migrated } = database;
    console.log(migrated.length > 0 ? `done: ${migrated.join(', ')}` : 'the schema is up to date');
    return 0;
  },
};
