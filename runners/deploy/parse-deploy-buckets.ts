import type { BucketPlace, BucketPlaces } from './s3/open-bucket.ts';

/**
 * Reads HOOKLINE_DEPLOY_BUCKETS: which buckets of `s3` deployments are elsewhere than at AWS.
 *
 * `www-staging=https://minio.example.com; docs=/srv/docs`
 */
export function parseDeployBuckets(
  text: string | undefined,
): { ok: true; places: BucketPlaces } | { ok: false; problems: readonly string[] } {
  const places = new Map<string, BucketPlace>();
  const problems: string[] = [];
  for (const part of (text ?? '').split(/[;\n]/).map((each) => each.trim())) {
    if (part === '') continue;
    const [, bucket = '', where = ''] = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\s*=\s*(\S+)$/.exec(part) ?? [];
    const place = placeOf(where);
    if (bucket === '' || place === undefined) {
      problems.push(
        `HOOKLINE_DEPLOY_BUCKETS has "${part}"; wanted: a bucket, =, and an address such as https://minio.example.com or an absolute directory`,
      );
    } else if (places.has(bucket)) {
      problems.push(`HOOKLINE_DEPLOY_BUCKETS names the bucket ${bucket} twice; wanted: one place for each`);
    } else places.set(bucket, place);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, places };
}

function placeOf(where: string): BucketPlace | undefined {
  if (/^\/[^\0]+$/.test(where)) return { directory: where };
  if (!URL.canParse(where)) return undefined;
  const { protocol, username, password } = new URL(where);
  const fits = (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
  return fits ? { endpoint: where.replace(/\/+$/, '') } : undefined;
}
