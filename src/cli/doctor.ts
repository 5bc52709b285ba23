import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { openDataDirectory } from '../compose/data-directory.ts';
import { engineVersion } from '../compose/engine-version.ts';
import { lookAtDatabase } from '../compose/look-at-database.ts';
import { readSettings } from '../compose/read-settings.ts';
import { messageOf } from '../errors.ts';
import type { Command } from './command.ts';

type Finding = { part: string; problem?: string; remedy?: string; note?: string };

export const doctor: Command = {
  usage: '',
  summary: 'says what is missing on this machine and how to get it',
  async run() {
    const findings = await examine();
    for (const { part, problem, remedy, note } of findings) {
      console.log(`${problem ? '✗' : '✓'} ${part.padEnd(18)} ${problem ?? note ?? ''}`);
      if (problem && remedy) console.log(`  ${' '.repeat(18)} ${remedy}`);
    }
    return findings.some((finding) => finding.problem) ? 1 : 0;
  },
};

async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = async (part: string, remedy: string, check: () => Promise<string> | string) => {
    try {
      findings.push({ part, note: await check() });
    } catch (error) {
      findings.push({ part, problem: messageOf(error), remedy });
    }
  };
  await add('Node', 'npm ci brings the right one; run hookline through npm', () => {
    if (Number.parseInt(process.versions.node, 10) < 24) throw new Error(`${process.version} is too old`);
    return process.version;
  });
  await add('settings', 'see the table in the README', () => {
    readSettings(process.env);
    return 'as `hookline config` shows them';
  });
  await add('git', 'apt-get install git', () => programIn(['git']));
  await add('Redis', 'apt-get install redis-server, or set REDIS_URL', () => {
    const url = process.env['REDIS_URL'];
    return url ? 'REDIS_URL is set' : programIn(['redis-server', 'valkey-server']);
  });
  await add('database', 'unset DATABASE_URL to use SQLite in the data directory', () =>
    lookAtDatabase(process.env['DATABASE_URL']),
  );
  await add('container engine', 'apt-get install docker.io, or set DOCKER_HOST', () =>
    engineVersion(process.env, AbortSignal.timeout(5_000)),
  );
  await add('data directory', 'set HOOKLINE_DATA_DIR to a directory that can be written', () => {
    return openDataDirectory(process.env['HOOKLINE_DATA_DIR'] ?? '.hookline').root;
  });
  return findings;
}

function programIn(names: readonly string[]): string {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(directory, name), constants.X_OK);
        return join(directory, name);
      } catch {
        // Perhaps in the next directory.
      }
    }
  }
  throw new Error(`${names.join(' or ')} is not installed`);
}
