import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from './bucket.ts';
import type { RunJson } from './hookline-api.ts';
import type { Scene } from './scene.ts';

/** With `S3_BUCKET` set: every zip and every log of every run lies in the bucket, and nothing of them on this disk. */
export async function lookIntoBucket(scene: Scene, bucket: Bucket): Promise<void> {
  const { terminal, checks, api, directory } = scene;
  terminal.act('What lies in the bucket');
  const objects = await bucket.list();
  terminal.command(`aws s3 ls --recursive ${bucket.address}`);
  terminal.table(
    ['bytes', 'key'],
    objects.map(({ key, sizeBytes }) => [String(sizeBytes), key]),
  );

  const summaries = await api.runs({});
  const runs = await Promise.all(summaries.map(({ id }) => api.run(id)));
  const keys = objects.map(({ key }) => key);
  const withoutLog = runs
    .flatMap(buildsOf)
    .filter(({ path }) => !keys.some((key) => key.startsWith(`logs/${path}/`)));
  checks.equal(
    'the bucket has a log of every job',
    [],
    withoutLog.map(({ path }) => path),
  );

  const zips = runs.flatMap(({ id, artifacts }) => artifacts.map((artifact) => ({ ...artifact, runId: id })));
  const wrong: string[] = [];
  for (const { runId, name, sha256, sizeBytes } of zips) {
    const found = objects.find(
      ({ key }) => key.startsWith(`artifacts/${runId}/`) && key.endsWith(`/${name}.zip`),
    );
    const stored = found && (await bucket.sha256Of(found.key));
    if (stored !== sha256 || found?.sizeBytes !== sizeBytes) wrong.push(`${runId} ${name}`);
  }
  checks.equal('the bucket has every zip, byte by byte', [], wrong);
  checks.that('there is more than one of them', zips.length > 1, 'several zips', String(zips.length));

  const blobs = join(directory, 'data/blobs');
  const onDisk = existsSync(blobs) ? await readdir(blobs, { recursive: true }) : [];
  checks.equal('nothing of it is on this disk', [], onDisk);
  terminal.good(
    `${zips.length} zips and the logs of ${runs.flatMap(buildsOf).length} jobs, in ${bucket.address}`,
  );
  if (bucket.stays) terminal.note(`They stay there, until: aws s3 rm --recursive ${bucket.address}`);
}

/** Jobs that got as far as an attempt. */
function buildsOf({ id, jobs }: RunJson): { path: string }[] {
  return jobs
    .filter(({ attempts }) => attempts.some(({ log }) => log))
    .map((job) => ({ path: `${id}/${job.id}` }));
}
