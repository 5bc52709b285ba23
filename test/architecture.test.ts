import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom. A name is a folder or a file, the longest that fits counts; what is not listed may not be
 * imported. The kernel may be imported by everybody but `pipelines`, which imports nothing of ours.
 */
const kernel = [
  'src/errors.ts',
  'src/log.ts',
  'src/ids.ts',
  'src/clock.ts',
  'src/loop.ts',
  'src/work-pool.ts',
  'src/file-lock.ts',
  'src/resting-breaker.ts',
];
const domain = [...kernel, 'src/runs', 'src/contract', 'pipelines'];
const mayImport: Record<string, readonly string[]> = {
  pipelines: [],
  runners: [...kernel, 'runners', 'pipelines', 'src/contract', 'src/blobs'],
  'runners/artifacts': [...kernel, 'pipelines'],
  'runners/deploy': [
    ...kernel,
    'pipelines',
    'src/contract',
    'src/blobs',
    'runners/artifacts',
    'runners/log',
    'runners/job-stop.ts',
  ],
  'runners/engine': kernel,
  // Where there is no container its files are directories like a workspace.
  'runners/engine/process': [
    ...kernel,
    'runners/engine',
    'runners/workspace/workspaces.ts',
    'runners/workspace/disk-use.ts',
  ],
  'runners/lease': [...kernel, 'src/contract'],
  'runners/log': [...kernel, 'src/contract', 'src/blobs'],
  'runners/workspace': kernel,
  src: kernel,
  'src/config.ts': [
    ...kernel,
    'src/settings.ts',
    'src/parse-setting.ts',
    'src/read-engine.ts',
    'src/read-notify.ts',
    'src/read-retention.ts',
    'src/read-codecommit.ts',
    'src/read-git.ts',
    'src/contract',
  ],
  'src/read-codecommit.ts': ['src/parse-setting.ts'],
  'src/settings.ts': ['src/setting.ts', 'src/forge-settings.ts'],
  'src/forge-settings.ts': ['src/setting.ts'],
  'src/contract': kernel,
  'src/blobs': kernel,
  'src/runs': domain,
  'src/webhooks': domain,
  'src/codecommit': domain,
  'src/git': domain,
  'src/github': domain,
  // The ports that a database keeps stand with those who call them.
  'src/sql': [...domain, 'src/webhooks/inbox.ts', 'src/secrets/secret-store.ts'],
  'src/redis': [...kernel, 'src/contract'],
  'src/notify': domain,
  'src/secrets': domain,
  // A run without a service: the domain and the executor, in one process.
  'src/local': [...domain, 'src/webhooks', 'src/blobs', 'runners'],
  'src/http': [...domain, 'src/blobs'],
  'src/web': domain,
  // Here alone everything comes together.
  'src/compose': ['src', 'runners', 'pipelines'],
  'src/cli': [...domain, 'src/compose', 'src/local', 'src/config.ts', 'src/settings.ts', 'src/secrets'],
};

const filesIn = (root: string) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(root, name));
const files = ['pipelines', 'runners', 'src'].flatMap(filesIn);
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const lineCount = (text: string) => text.split('\n').length - 1;

/** What a file imports of ours, types and what is loaded when it is needed included. */
function importsOf(file: string): string[] {
  const found = (texts.get(file) ?? '').matchAll(
    /^(?:import|export)[^;]*?from '(\.[^']+)'|import\(\s*'(\.[^']+)'/gms,
  );
  return [...found].map(([, from, late]) => normalize(join(dirname(file), from ?? late ?? '')));
}

const lies = (file: string, place: string) => file === place || file.startsWith(`${place}/`);

/** The longest place of the table that the file lies in. */
function placeOf(file: string): string {
  const places = Object.keys(mayImport).filter((place) => lies(file, place));
  return places.sort((a, b) => b.length - a.length)[0] ?? file;
}

function isAllowed(from: string, to: string): boolean {
  const place = placeOf(from);
  if (place === placeOf(to) && place !== 'src') return true;
  return (mayImport[place] ?? []).some((allowed) => lies(to, allowed));
}

/** Each cycle as the way around it. */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    const at = way.indexOf(file);
    if (at >= 0) found.push([...way.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    way.push(file);
    for (const imported of importsOf(file)) visit(imported);
    way.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  return found;
}

describe('the house', () => {
  it('has files, and imports that are files', () => {
    expect(files.length).toBeGreaterThan(150);
    const missing = files.flatMap((file) =>
      importsOf(file)
        .filter((to) => to.endsWith('.ts') && !texts.has(to))
        .map((to) => `${file} → ${to}: no such file`),
    );
    expect(missing).toEqual([]);
  });

  it('keeps the direction of its imports', () => {
    const against = files.flatMap((file) =>
      importsOf(file)
        .filter((to) => !isAllowed(file, to))
        .map((to) => `${file} → ${to}: not allowed`),
    );
    expect(against).toEqual([]);
  });

  it('has a row in the table for every folder', () => {
    const unknown = files.filter((file) => file.split('/').length > 2 && placeOf(file) === 'src');
    expect(unknown).toEqual([]);
  });

  it('has no cycle, types included', () => {
    expect(cycles()).toEqual([]);
  });

  it('has no barrels and no drawers', () => {
    const drawers =
      /^(index|utils?|helpers?|common|misc|manager|shared)\.ts$|-(utils?|helpers?|manager)\.ts$/;
    expect(files.filter((file) => drawers.test(basename(file)))).toEqual([]);
    const barrels = files.filter((file) => /^export \* from/m.test(texts.get(file) ?? ''));
    expect(barrels).toEqual([]);
  });

  it('names what it exports', () => {
    expect(files.filter((file) => /^export default/m.test(texts.get(file) ?? ''))).toEqual([]);
  });

  it('writes file names in kebab-case', () => {
    expect(files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(basename(file)))).toEqual([]);
  });

  it('keeps its files short', () => {
    const lengths = [...texts.values()].map(lineCount).sort((a, b) => a - b);
    expect(files.filter((file) => lineCount(texts.get(file) ?? '') > 300)).toEqual([]);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
  });

  it('keeps the files of its tests short', () => {
    const long = filesIn('test').filter((file) => lineCount(readFileSync(file, 'utf8')) > 300);
    expect(long).toEqual([]);
  });
});
