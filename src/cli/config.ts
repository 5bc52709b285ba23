import { readSettings } from '../compose/read-settings.ts';
import { settingsTable } from '../settings.ts';
import type { Command } from './command.ts';

export const config: Command = {
  usage: '',
  summary: 'the settings in force, secrets hidden',
  async run() {
    readSettings(process.env);
    const width = Math.max(...settingsTable.map((setting) => setting.name.length));
    for (const { name, fallback, secret } of settingsTable) {
      const value = process.env[name]?.trim();
      const shown = value ? (secret ? '(set, not shown)' : value) : `(${fallback})`;
      console.log(`${name.padEnd(width)}  ${shown}`);
    }
    return 0;
  },
};
