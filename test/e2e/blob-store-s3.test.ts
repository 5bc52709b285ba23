import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Store, type S3StoreOptions } from '../../src/blobs/s3-store.ts';
import { describeBlobStore } from '../contracts/blob-store-contract.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

const bucket = 'hookline-tests';
const mebibyte = 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;

let server: S3Server;
let client: S3Client;
beforeAll(async () => {
  server = await startS3Server();
  client = new S3Client({ ...access(), forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

const access = () => ({ endpoint: server.endpoint, region: server.region, credentials: server.credentials });
const open = (options: Partial<S3StoreOptions> = {}) => openS3Store({ bucket, ...access(), ...options });

/** Passes everything on to the server but one word, which it changes for one of the same length. */
async function startCorruptingProxy(target: URL) {
  const sockets = new Set<Socket>();
  const proxy = createServer((downstream) => {
    const upstream = connect(Number(target.port), target.hostname);
    const change = new Transform({
      transform: (chunk: Buffer, _encoding, done) =>
        done(null, Buffer.from(chunk.toString('latin1').replace('genuine', 'changed'), 'latin1')),
    });
    for (const socket of [downstream, upstream]) sockets.add(socket.on('error', () => downstream.destroy()));
    downstream.pipe(change).pipe(upstream).pipe(downstream);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

async function interruptedUploads(prefix: string): Promise<string[]> {
  const found = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  return (found.Uploads ?? []).map(({ Key = '' }) => Key);
}

describeBlobStore('S3', async () => {
  const options = { prefix: 'team/ci', listPageSize: 50 };
  const store = await open(options);
  return { store, reopen: () => open(options), close: () => store.close() };
});

describe('an S3 store', () => {
  it('keeps its blobs below its prefix, with the type their key names, and tells their etag', async () => {
    const store = await open({ prefix: 'below/' });
    const stored = await store.put('app.zip', new TextEncoder().encode('zip'));
    const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'below/app.zip' }));
    expect(found).toMatchObject({ ContentType: 'application/zip', ETag: stored.etag });
    expect(await found.Body?.transformToString()).toBe('zip');
    await store.close();
  });

  it('sends what fits in a part at once and what does not in parts', async () => {
    const store = await open({ prefix: 'parts' });
    // The etag of an object put in parts ends with their number.
    const etagOf = async (sizeBytes: number) =>
      (await store.put(`${sizeBytes}`, randomBytes(sizeBytes))).etag;
    expect(await etagOf(5 * mebibyte)).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await etagOf(5 * mebibyte + 1)).toMatch(/-2"$/);
    expect(await etagOf(10 * mebibyte)).toMatch(/-2"$/);
    await store.close();
  });

  it('leaves no parts behind when the producer fails, the caller aborts or the size is wrong', async () => {
    const store = await open({ prefix: 'broken' });
    const abort = new AbortController();
    async function* body(end: () => void) {
      for (let i = 0; i < 12; i++) yield randomBytes(mebibyte);
      expect(await interruptedUploads('broken/')).toHaveLength(1);
      end();
      yield randomBytes(mebibyte);
    }
    const failing = body(() => {
      throw new Error('the zip broke');
    });
    await expect(store.put('thrown', failing)).rejects.toThrow('the zip broke');
    const aborting = body(() => abort.abort('cancelled'));
    await expect(store.put('aborted', aborting, { signal: abort.signal })).rejects.toBe('cancelled');
    const short = store.put(
      'short',
      body(() => {}),
      { sizeBytes: 20 * mebibyte },
    );
    await expect(short).rejects.toMatchObject({ code: 'size-mismatch' });
    expect(await interruptedUploads('broken/')).toEqual([]);
    await store.close();
  });

  it('sweeps uploads below its prefix that were interrupted more than a day ago', async () => {
    const begin = async (Key: string) =>
      (await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))).UploadId;
    await begin('swept/a');
    await begin('swept/b/c');
    const elsewhere = await begin('unswept/a');
    const [today, tomorrow] = await Promise.all([
      open({ prefix: 'swept' }),
      open({ prefix: 'swept', now: () => Date.now() + dayMs + 60_000 }),
    ]);
    expect(await today.sweep()).toEqual({ removed: 0 });
    expect(await tomorrow.sweep()).toEqual({ removed: 2 });
    expect(await interruptedUploads('swept/')).toEqual([]);
    expect(await interruptedUploads('unswept/')).toEqual(['unswept/a']);
    const rest = { Bucket: bucket, Key: 'unswept/a', UploadId: elsewhere };
    await client.send(new AbortMultipartUploadCommand(rest));
    await Promise.all([today.close(), tomorrow.close()]);
  });

  it('round-trips small and large bodies with the SHA-256 checksums it sends to AWS', async () => {
    const store = await open({ prefix: 'sha256', checksums: 'sha256' });
    for (const sizeBytes of [0, 10_000, 12 * mebibyte]) {
      const bytes = randomBytes(sizeBytes);
      await store.put('body.bin', bytes);
      const found = await store.get('body.bin');
      expect(Buffer.from(await new Response(found?.body).arrayBuffer()).equals(bytes)).toBe(true);
    }
    await store.close();
  });

  it('notices a body that was changed on its way, and leaves nothing of it', async () => {
    const proxy = await startCorruptingProxy(new URL(server.endpoint));
    const store = await open({ prefix: 'changed', endpoint: proxy.endpoint });
    try {
      const small = Buffer.from('these bytes are genuine');
      await expect(store.put('small', small)).rejects.toMatchObject({ code: 'corrupt' });
      const large = Buffer.concat([randomBytes(5 * mebibyte), small]);
      await expect(store.put('large', large)).rejects.toMatchObject({ code: 'corrupt' });
      expect(await store.head('small')).toBeUndefined();
      expect(await store.head('large')).toBeUndefined();
      expect(await interruptedUploads('changed/')).toEqual([]);
    } finally {
      await store.close();
      await proxy.close();
    }
  });

  it('finds the endpoint and the credentials as the SDK does', async () => {
    const names = ['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    process.env['AWS_ENDPOINT_URL_S3'] = server.endpoint;
    process.env['AWS_REGION'] = server.region;
    process.env['AWS_ACCESS_KEY_ID'] = server.credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = server.credentials.secretAccessKey;
    try {
      const store = await openS3Store({ bucket, prefix: 'environment' });
      await store.check();
      await store.put('found', randomBytes(6 * mebibyte));
      await store.close();
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    const head = new HeadObjectCommand({ Bucket: bucket, Key: 'environment/found' });
    expect((await client.send(head)).ContentLength).toBe(6 * mebibyte);
  });
});

describe('the check of an S3 store', () => {
  const refusal = async (options: Partial<S3StoreOptions>) => {
    const store = await open(options);
    const error: unknown = await store.check().catch((thrown: unknown) => thrown);
    await store.close();
    return error;
  };

  it('names a bucket that does not exist', async () => {
    expect(await refusal({ bucket: 'no-such-bucket' })).toMatchObject({
      name: 'BlobRefusal',
      code: 'no-bucket',
      message: expect.stringMatching(/no-such-bucket .* does not exist: create it or set S3_BUCKET/),
    });
  });

  it('names the credentials when they are wrong', async () => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    for (const credentials of [
      { accessKeyId, secretAccessKey: 'wrong' },
      { accessKeyId: 'hookline:nobody', secretAccessKey },
    ]) {
      expect(await refusal({ credentials })).toMatchObject({
        code: 'access-denied',
        message: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
      });
    }
  });

  it('names the region when it is wrong', async () => {
    expect(await refusal({ region: 'eu-west-1' })).toMatchObject({
      code: 'wrong-region',
      message: expect.stringContaining('AWS_REGION to us-east-1'),
    });
  });

  it('says that nothing answers at the endpoint', async () => {
    // Port 1 of the loopback is nobody's.
    expect(await refusal({ endpoint: 'http://127.0.0.1:1' })).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/127\.0\.0\.1:1 does not answer: .*AWS_ENDPOINT_URL_S3/),
    });
  });
});
