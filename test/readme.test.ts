import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsTable } from '../src/settings.ts';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

describe('the README', () => {
  it('has the very table of settings that the program has', () => {
    const rows = readme.split('\n').filter((line) => /^\| `[A-Z0-9_]+` \|/.test(line));
    expect(rows).toEqual(
      settingsTable.map(({ name, fallback, meaning }) => `| \`${name}\` | ${fallback} | ${meaning} |`),
    );
  });

  it('names every variable that config.ts reads', () => {
    const config = readFileSync(new URL('src/config.ts', root), 'utf8');
    const read = [
      ...config.matchAll(/'((?:HOOKLINE|GITHUB|CODECOMMIT|S3|REDIS|DOCKER)_[A-Z0-9_]+|HOST|PORT)'/g),
    ];
    const known = new Set(settingsTable.map((setting) => setting.name));
    expect(read.map(([, name]) => name).filter((name) => name !== undefined && !known.has(name))).toEqual([]);
    expect(read.length).toBeGreaterThan(20);
  });
});
