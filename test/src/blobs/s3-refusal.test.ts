import { describe, expect, it } from 'vitest';
import { BlobRefusal } from '../../../src/blobs/blob-refusal.ts';
import { s3RefusalOf } from '../../../src/blobs/s3-refusal.ts';

const aws = { bucket: 'ours', endpoint: undefined };
const refusalOf = (fields: object, place: { bucket: string; endpoint: string | undefined } = aws) =>
  s3RefusalOf(Object.assign(new Error('said'), fields), place);
const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe('an error of S3', () => {
  it.each([
    ['a bucket that is not there', { name: 'NoSuchBucket', ...answered(404) }, 'no-bucket', 'S3_BUCKET'],
    ['no credentials', { name: 'CredentialsProviderError' }, 'no-credentials', 'AWS_ACCESS_KEY_ID'],
    ['an expired session', { name: 'ExpiredToken', ...answered(400) }, 'access-denied', 'AWS_SESSION_TOKEN'],
    ['a clock that is off', { name: 'RequestTimeTooSkewed', ...answered(403) }, 'unreachable', 'clock'],
    ['a right that lacks', { name: 'AccessDenied', ...answered(403) }, 'access-denied', 's3:PutObject'],
    ['a HEAD that is forbidden', { name: '403', ...answered(403) }, 'access-denied', 's3:ListBucket'],
    ['a body that was changed', { name: 'BadDigest', ...answered(400) }, 'corrupt', 'again'],
    ['a body that is too large', { name: 'EntityTooLarge', ...answered(400) }, 'too-large', 'below'],
    ['a name that is not found', { code: 'ENOTFOUND' }, 'unreachable', 'AWS_ENDPOINT_URL_S3'],
    ['an answer that is late', { name: 'TimeoutError' }, 'unreachable', 'does not answer'],
    ['a service that is down', { name: 'SlowDown', ...answered(503) }, 'unreachable', 'does not answer'],
  ])('for %s says what to do', (_what, fields, code, remedy) => {
    const refusal = refusalOf(fields);
    expect(refusal).toBeInstanceOf(BlobRefusal);
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(remedy) });
  });

  it('for the wrong region names the right one where the answer tells it', () => {
    const moved = {
      name: 'PermanentRedirect',
      ...answered(301),
      $response: { headers: { 'x-amz-bucket-region': 'eu-central-1' } },
    };
    const malformed = { name: 'AuthorizationHeaderMalformed', ...answered(400), Region: 'eu-central-1' };
    const message = "the region 'us-east-1' is wrong; expecting 'eu-central-1'";
    for (const fields of [moved, { ...malformed, message }])
      expect(refusalOf(fields)).toMatchObject({
        code: 'wrong-region',
        message: expect.stringContaining('set AWS_REGION to eu-central-1'),
      });
    expect(refusalOf({ message: 'Region is missing' })).toMatchObject({ code: 'wrong-region' });
  });

  it('names the endpoint when there is one', () => {
    const place = { bucket: 'ours', endpoint: 'http://minio:9000' };
    expect(refusalOf({ name: 'NoSuchBucket' }, place)).toMatchObject({
      message:
        'The bucket ours at the S3 endpoint http://minio:9000 does not exist: create it or set S3_BUCKET to one that does.',
    });
  });

  it('that nobody expects stays itself, and so does a refusal', () => {
    const bug = new TypeError('x is not a function');
    expect(s3RefusalOf(bug, aws)).toBe(bug);
    expect(s3RefusalOf('thrown text', aws)).toBe('thrown text');
    const refusal = new BlobRefusal('bad-key', 'no');
    expect(s3RefusalOf(refusal, aws)).toBe(refusal);
  });
});
