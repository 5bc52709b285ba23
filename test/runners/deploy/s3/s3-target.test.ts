import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Scene, type site, type Upload } from './s3-scene.ts';

type Scene = Awaited<ReturnType<typeof createS3Scene>>;
const scenes: Scene[] = [];
let scene: Scene;
beforeEach(async () => {
  scene = await createS3Scene();
  scenes.push(scene);
});
afterAll(() => Promise.all(scenes.map((each) => each.close())));

const deploy = (upload?: Upload) => scene.deploy(upload);

describe('an upload to a bucket', () => {
  it('makes an object of each file of the directory, without names that begin with a dot', async () => {
    const done = await deploy();
    expect(done.outcome).toBe('success');
    expect(scene.texts()).toEqual({ 'index.html': '<p>hello</p>', 'app/main.js': 'hello()' });
    expect(done.steps).toEqual(['CheckBundle success', 'UploadFiles success']);
    expect(done.text).toContain('2 files with 19 bytes: s3://www');
  });

  it('tells what was put where', async () => {
    const done = await deploy({ target: { prefix: 'docs/{ref}/' } });
    expect(done.externalId).toBe('s3://www/docs/main');
    expect(done.events.at(-1)).toEqual({
      type: 'status',
      status: 'success',
      externalId: 's3://www/docs/main',
      upload: { bucket: 'www', prefix: 'docs/main', fileCount: 2, sizeBytes: 19 },
    });
    expect(Object.keys(scene.texts()).sort()).toEqual(['docs/main/app/main.js', 'docs/main/index.html']);
  });

  it('puts pages last, so that none is there before what it needs', async () => {
    await deploy({ target: { directory: '', dotMatch: true } });
    expect(scene.s3.asked.at(-1)).toBe('PUT dist/index.html');
    expect(Object.keys(scene.texts()).sort()).toEqual([
      'README.md',
      'dist/.well-known/security.txt',
      'dist/app/main.js',
      'dist/index.html',
    ]);
  });

  it('gives each object its type, and all of them what the pipeline says', async () => {
    const target = {
      acl: 'public-read',
      cacheControl: 'max-age=60',
      storageClass: 'STANDARD_IA',
      encryption: 'AES256',
    };
    await deploy({ target });
    expect(scene.headers('index.html')).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-amz-acl': 'public-read',
      'cache-control': 'max-age=60',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'AES256',
    });
    expect(scene.headers('app/main.js')['content-type']).toMatch(/javascript/);
  });

  it('detects what gzip has packed where it is told to, but for archives', async () => {
    const packed = gzipSync('hello()');
    const bundle = { 'dist/app.js': packed, 'dist/app.tgz': packed, 'dist/plain.js': 'hello()' };
    await deploy({ bundle, target: { detectEncoding: true } });
    expect(scene.headers('app.js')['content-encoding']).toBe('gzip');
    expect(scene.headers('app.tgz')['content-encoding']).toBeUndefined();
    expect(scene.headers('plain.js')['content-encoding']).toBeUndefined();
    await deploy({ key: 'job-2', bundle });
    expect(scene.headers('app.js')['content-encoding']).toBeUndefined();
  });
});

describe('an upload that is made again', () => {
  it('puts the same bytes under the same keys after it was cut off', async () => {
    scene.s3.failing.push({ status: 400, code: 'Odd' });
    expect(await deploy()).toMatchObject({ outcome: 'error', reason: { code: 'target_invalid' } });
    const again = await deploy();
    expect(again.outcome).toBe('success');
    expect(scene.texts()).toEqual({ 'index.html': '<p>hello</p>', 'app/main.js': 'hello()' });
  });

  it('does nothing when it had ended, for something newer may be there', async () => {
    const first = await deploy();
    await deploy({ key: 'job-2', bundle: { 'dist/index.html': 'newer' } satisfies typeof site });
    const asked = scene.s3.asked.length;
    const again = await deploy();
    expect(again).toMatchObject({ outcome: 'success', externalId: first.externalId, steps: [] });
    expect(scene.s3.asked).toHaveLength(asked);
    expect(scene.texts()['index.html']).toBe('newer');
  });

  it('is refused under a key that was of another bundle', async () => {
    await deploy();
    const other = await deploy({ bundle: { 'dist/index.html': 'other' } });
    expect(other).toMatchObject({ outcome: 'error', reason: { code: 'key_reused' } });
  });
});

describe('an upload that cannot be', () => {
  it.each([
    ['a bucket that is not there', { bucket: 'gone' }, 'target_invalid', 'The bucket gone does not exist'],
    [
      'a directory with nothing in it',
      { directory: 'build' },
      'bundle_invalid',
      'nothing in build of site.zip',
    ],
    ['the bucket of hookline itself', { bucket: 'hookline' }, 'not_allowed', 'Upload to another'],
    ['a directory outside', { directory: '../..' }, 'target_invalid', 'outside the bundle'],
    ['an option that nobody knows', { aclx: 'private' }, 'target_invalid', 'aclx'],
  ])('says so of %s', async (_, target, code, message) => {
    const done = await deploy({ target });
    expect(done).toMatchObject({ outcome: 'error', reason: { code } });
    expect(done.message).toContain(message);
  });

  it('names dot_match when all names begin with a dot', async () => {
    const done = await deploy({ bundle: { 'dist/.nojekyll': '' } });
    expect(done.message).toContain('dot_match');
  });

  it('says which permission is missing, and nothing of the secret', async () => {
    scene.s3.failing.push(...Array.from({ length: 8 }, () => ({ status: 403, code: 'AccessDenied' })));
    const done = await deploy();
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'not_allowed' } });
    expect(done.message).toContain('s3:PutObject');
    expect(JSON.stringify(done)).not.toContain('stand-in-secret-key');
  });

  it('says what to do about a bucket that takes no access control lists', async () => {
    scene.s3.failing.push({ status: 400, code: 'AccessControlListNotSupported' });
    const done = await deploy({ bundle: { 'dist/a': 'a' }, target: { acl: 'public-read' } });
    expect(done.message).toContain('take `acl` out');
  });

  it('is tried again by control when the store is out of reach', async () => {
    const done = await deploy({ place: { endpoint: 'http://127.0.0.1:9' } });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'provider_unreachable' } });
  }, 60_000);

  it('ends as cancelled', async () => {
    const stop = new AbortController();
    const onEvent = (event: { type: string }) => event.type === 'step-started' && stop.abort();
    expect(await deploy({ signal: stop.signal, onEvent })).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('credentials of an upload', () => {
  it('are the secrets that the target names', async () => {
    const secrets = { KEY: 'AKIAOTHER', SECRET: 'other-secret' };
    const credentials = { accessKeyId: 'KEY', secretAccessKey: 'SECRET' };
    await deploy({ secrets, target: { credentials } });
    expect(scene.headers('index.html').authorization).toContain('Credential=AKIAOTHER/');
  });

  it('are asked for whole', async () => {
    const done = await deploy({ secrets: { AWS_ACCESS_KEY_ID: 'AKIA' } });
    expect(done.message).toContain('AWS_SECRET_ACCESS_KEY');
  });
});

describe('a directory that stands for a bucket', () => {
  it('is given the same files, and needs no credentials', async () => {
    const root = join(scene.directory, 'www');
    await mkdir(root);
    const done = await deploy({ secrets: {}, place: { directory: root }, target: { prefix: 'v1' } });
    expect(done).toMatchObject({ outcome: 'success', externalId: join(root, 'v1') });
    expect(await readFile(join(root, 'v1/app/main.js'), 'utf8')).toBe('hello()');
    expect((await readdir(join(root, 'v1'))).sort()).toEqual(['app', 'index.html']);
  });

  it('must be there', async () => {
    const done = await deploy({ place: { directory: join(scene.directory, 'none') } });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'host_unsuitable' } });
  });

  it('is not left by a prefix with dots', async () => {
    const root = join(scene.directory, 'inside');
    await mkdir(root);
    const done = await deploy({ place: { directory: root }, target: { prefix: '../outside' } });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'target_invalid' } });
    expect(await readdir(scene.directory)).not.toContain('outside');
  });
});
