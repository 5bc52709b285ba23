import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunJson } from './hookline-api.ts';
import { readZip } from './read-zip.ts';
import type { Scene } from './scene.ts';

/** A run's zip, as it was downloaded and found good. */
export type KeptZip = {
  readonly file: string;
  readonly url: string;
  readonly sha256: string;
  readonly files: ReadonlyMap<string, Buffer>;
};

/** What the pipeline asks to be packed: `dist`, the appspec file, the scripts. */
const wanted = [
  'appspec.yml',
  'dist/build.json',
  'dist/greeting.js',
  'dist/package.json',
  'dist/page.js',
  'dist/server.js',
  'scripts/check-installed.sh',
  'scripts/start.sh',
  'scripts/stop.sh',
  'scripts/validate.sh',
];

/**
 * Downloads the zip of a run and holds it against what the run says of it and what the pipeline asked for. It is kept
 * under the artifact's name, behind `prefix` when there is another of that name.
 */
export async function checkArtifact(scene: Scene, run: RunJson, prefix?: string): Promise<KeptZip> {
  const { terminal, checks, api, keptDirectory } = scene;
  const [artifact] = run.artifacts;
  if (artifact === undefined) throw new Error(`run #${run.number} has no artifact`);
  const zip = Buffer.from(await (await api.get(artifact.path)).arrayBuffer());
  const sha256 = createHash('sha256').update(zip).digest('hex');
  checks.equal('the zip has the SHA-256 that the run tells', artifact.sha256, sha256);
  checks.equal('the zip has the size that the run tells', artifact.sizeBytes, zip.length);
  const files = readZip(zip);
  checks.equal('the zip holds what the pipeline names, each file sound', wanted, [...files.keys()].sort());
  const file = join(keptDirectory, `${prefix === undefined ? '' : `${prefix}-`}${artifact.name}.zip`);
  await writeFile(file, zip);
  terminal.good(
    `${artifact.name}.zip stored: ${files.size} files, ${zip.length} bytes, sha256 ${sha256.slice(0, 12)}…`,
  );
  return { file, url: new URL(artifact.path, scene.hookline.url).href, sha256, files };
}
