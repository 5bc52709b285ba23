import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { s3DialectOf } from '../../../src/blobs/s3-dialect.ts';
import { openS3Store, type S3StoreOptions } from '../../../src/blobs/s3-store.ts';
import { minPartBytes, partSizeFor } from '../../../src/blobs/s3-upload.ts';

interface Asked {
  readonly call: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const mebibyte = 1024 * 1024;
const created = '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>';

/** What a real server cannot be made to do: requests are written down and answered, or not, as the test says. */
describe('an S3 store before a server that the test directs', () => {
  let server: Server;
  let asked: Asked[];
  let answer: (request: Asked, response: ServerResponse) => void;

  beforeEach(async () => {
    asked = [];
    answer = (_request, response) => response.end();
    server = createServer(async (request, response) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const call = `${request.method} ${request.url}`;
        const entry = { call, headers: request.headers, body: Buffer.concat(chunks) };
        asked.push(entry);
        answer(entry, response);
      } catch {
        // The client went away in the middle of its request, as the test wanted.
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const open = (options: Partial<S3StoreOptions> = {}) => {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const endpoint = `http://127.0.0.1:${port}`;
    return openS3Store({ bucket: 'ours', endpoint, region: 'us-east-1', credentials, ...options });
  };
  const calls = () => asked.map(({ call }) => call);

  it('sends a small body plain, in one request, with its type, its digest and the encryption asked for', async () => {
    const store = await open({ prefix: 'ci/', sse: 'aws:kms', kmsKeyId: 'alias/ci' });
    const bytes = randomBytes(3 * mebibyte);
    await store.put('runs/1/app.zip', bytes, { sizeBytes: bytes.length });
    expect(calls()).toEqual(['PUT /ours/ci/runs/1/app.zip?x-id=PutObject']);
    expect(asked[0]?.body.equals(bytes)).toBe(true);
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-md5': createHash('md5').update(bytes).digest('base64'),
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/ci',
    });
    expect(asked[0]?.headers).not.toHaveProperty('expect');
    expect(asked[0]?.headers).not.toHaveProperty('content-encoding');
    await store.close();
  });

  it('drops the parts it sent when one is refused, though the producer is stuck', async () => {
    answer = ({ call }, response) => {
      if (call.includes('uploads')) response.end(created);
      else if (call.includes('partNumber=2')) response.writeHead(403).end();
      else response.setHeader('etag', '"e"').end();
    };
    const store = await open();
    async function* stuck() {
      for (let i = 0; i < 11; i++) yield randomBytes(mebibyte);
      await new Promise(() => {});
    }
    await expect(store.put('big', stuck())).rejects.toMatchObject({ code: 'access-denied' });
    expect(calls().at(-1)).toBe('DELETE /ours/big?uploadId=u1&x-id=AbortMultipartUpload');
    expect(calls().filter((call) => call.startsWith('POST') && call.includes('uploadId'))).toEqual([]);
    await store.close();
  });

  it('ends at once when it is aborted while the server says nothing, and drops what it sent', async () => {
    const abort = new AbortController();
    answer = ({ call }, response) => {
      if (call.includes('uploads')) response.end(created);
      else if (call.includes('partNumber=')) abort.abort('cancelled');
      else response.end();
    };
    const store = await open();
    const put = store.put('big', randomBytes(6 * mebibyte), { signal: abort.signal });
    await expect(put).rejects.toBe('cancelled');
    expect(calls().at(-1)).toContain('DELETE /ours/big?uploadId=u1');
    await store.close();
  });

  it.each([
    ['content-md5', 'content-md5', 'md5'],
    ['sha256', 'x-amz-checksum-sha256', 'sha256'],
  ] as const)(
    'sends %s with each part, by which the store checks it',
    async (checksums, header, algorithm) => {
      answer = ({ call }, response) => {
        if (call.includes('uploads')) response.end(created);
        else if (call.startsWith('HEAD')) response.setHeader('content-length', 11 * mebibyte).end();
        else response.setHeader('etag', '"e"').end('<CompleteMultipartUploadResult/>');
      };
      const store = await open({ checksums });
      await store.put('big', randomBytes(11 * mebibyte));
      const parts = asked.filter(({ call }) => call.includes('partNumber='));
      expect(parts.map(({ body }) => body.length).sort()).toEqual([mebibyte, 5 * mebibyte, 5 * mebibyte]);
      for (const { headers, body } of parts)
        expect(headers[header]).toBe(createHash(algorithm).update(body).digest('base64'));
      await store.close();
    },
  );

  it('tells why a part was refused although the others cannot be dropped', async () => {
    answer = ({ call }, response) => {
      if (call.includes('uploads')) response.end(created);
      else if (call.includes('partNumber=2')) response.writeHead(403).end();
      else if (call.startsWith('DELETE')) response.writeHead(404).end();
      else response.setHeader('etag', '"e"').end();
    };
    const store = await open();
    await expect(store.put('big', randomBytes(6 * mebibyte))).rejects.toMatchObject({
      code: 'access-denied',
    });
    expect(calls().filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    await store.close();
  });

  it('notices that the store kept fewer bytes than it was sent', async () => {
    const complete = '<CompleteMultipartUploadResult><ETag>"whole-2"</ETag></CompleteMultipartUploadResult>';
    answer = ({ call }, response) => {
      if (call.includes('uploads')) response.end(created);
      else if (call.startsWith('POST')) response.end(complete);
      else if (call.startsWith('HEAD'))
        response.setHeader('content-length', 5).setHeader('etag', '"whole-2"').end();
      else response.setHeader('etag', '"e"').end();
    };
    const store = await open();
    await expect(store.put('big', randomBytes(6 * mebibyte))).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`5 of the ${6 * mebibyte} bytes of big`),
    });
    await store.close();
  });

  it('gives up on a server that never answers', async () => {
    answer = () => {};
    const store = await open({ requestTimeoutMs: 50 });
    await expect(store.head('x')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('does not answer'),
    });
    await store.close();
  });

  it('tries again what fails once', async () => {
    answer = (_request, response) => response.writeHead(asked.length === 1 ? 503 : 200).end();
    const store = await open();
    await store.put('x', randomBytes(10));
    expect(asked).toHaveLength(2);
    await store.close();
  });

  it('tells a reader that the body broke off', async () => {
    answer = (_request, response) => {
      response.setHeader('content-length', 100);
      response.write('only this', () => response.destroy());
    };
    const store = await open();
    const found = await store.get('x');
    await expect(new Response(found?.body).text()).rejects.toMatchObject({ code: 'unreachable' });
    await store.close();
  });
});

describe('how S3 is spoken to', () => {
  it('is with SHA-256 and the bucket in the host at AWS, with Content-MD5 and the bucket in the path elsewhere', () => {
    expect(s3DialectOf(undefined)).toEqual({
      checksums: 'sha256',
      forcePathStyle: false,
      sdkChecksums: 'WHEN_SUPPORTED',
    });
    expect(s3DialectOf('http://minio:9000')).toEqual({
      checksums: 'content-md5',
      forcePathStyle: true,
      sdkChecksums: 'WHEN_REQUIRED',
    });
    expect(s3DialectOf('http://minio:9000', 'sha256')).toMatchObject({
      checksums: 'sha256',
      forcePathStyle: true,
    });
  });

  it('is in parts of 5 MiB, or larger ones for a body that would need more than 10,000', () => {
    expect(partSizeFor()).toBe(minPartBytes);
    expect(partSizeFor(1)).toBe(minPartBytes);
    expect(partSizeFor(10_000 * minPartBytes)).toBe(minPartBytes);
    expect(partSizeFor(10_000 * minPartBytes + 1)).toBe(minPartBytes + 1);
  });
});
