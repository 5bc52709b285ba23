import { describe, expect, it } from 'vitest';
import { parseDeployBuckets } from '../../../runners/deploy/parse-deploy-buckets.ts';

describe('HOOKLINE_DEPLOY_BUCKETS', () => {
  it('names an endpoint or a directory for each bucket', () => {
    const parsed = parseDeployBuckets('www = http://minio:9000/ ; docs=/srv/docs\n');
    expect(parsed).toEqual({
      ok: true,
      places: new Map<string, unknown>([
        ['www', { endpoint: 'http://minio:9000' }],
        ['docs', { directory: '/srv/docs' }],
      ]),
    });
    expect(parseDeployBuckets(undefined)).toEqual({ ok: true, places: new Map() });
  });

  it.each([
    'www',
    'www=srv/docs',
    'www=ftp://minio',
    'www=http://key:secret@minio',
    'My_Bucket=/srv/docs',
    'www=/srv/a; www=/srv/b',
  ])('refuses %s', (text) => expect(parseDeployBuckets(text)).toMatchObject({ ok: false }));
});
