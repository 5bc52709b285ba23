import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type StoredObject = {
  readonly bytes: Buffer;
  readonly eTag: string;
  readonly version?: string;
  /** With which it was put; of one in parts nothing is kept. */
  readonly headers: IncomingHttpHeaders;
};

/**
 * Plays the little of S3 that putting files needs: PutObject, multipart uploads and HeadObject in one bucket
 * that may keep versions. Bodies are held to their Content-MD5.
 */
export async function startBucketServer({ bucket = 'bundles', versioned = true } = {}) {
  const objects = new Map<string, StoredObject[]>();
  const parts = new Map<string, Map<number, Buffer>>();
  const asked: string[] = [];
  const failing: { status: number; code: string }[] = [];

  function keep(key: string, bytes: Buffer, eTag: string, headers: IncomingHttpHeaders = {}): StoredObject {
    const versions = objects.get(key) ?? [];
    const stored = { bytes, eTag, headers, ...(versioned && { version: `v${versions.length + 1}` }) };
    objects.set(key, [...versions, stored]);
    return stored;
  }

  const headersOf = ({ eTag, version }: StoredObject) => ({
    etag: eTag,
    ...(version !== undefined && { 'x-amz-version-id': version }),
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, name = '', ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    asked.push(`${request.method} ${key}${url.searchParams.has('uploads') ? '?uploads' : ''}`);
    const md5 = createHash('md5').update(body);
    const promised = request.headers['content-md5'];
    const said = failing.shift();
    if (said !== undefined) return refuse(response, said.status, said.code);
    if (name !== bucket) return refuse(response, 404, 'NoSuchBucket');
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
      return refuse(response, 403, 'AccessDenied');
    if (promised !== undefined && promised !== md5.copy().digest('base64'))
      return refuse(response, 400, 'BadDigest');

    const uploadId = url.searchParams.get('uploadId');
    if (request.method === 'HEAD') {
      const stored = objects.get(key)?.at(-1);
      if (!stored) return void response.writeHead(404).end();
      return void response
        .writeHead(200, { ...headersOf(stored), 'content-length': stored.bytes.length })
        .end();
    }
    if (url.searchParams.has('uploads')) {
      const id = `u${parts.size + 1}`;
      parts.set(id, new Map());
      return answerXml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    const upload = uploadId === null ? undefined : parts.get(uploadId);
    if (upload && request.method === 'PUT') {
      upload.set(Number(url.searchParams.get('partNumber')), body);
      return void response.writeHead(200, { etag: `"${md5.digest('hex')}"` }).end();
    }
    if (upload && request.method === 'POST') {
      const bytes = Buffer.concat([...upload].sort(([a], [b]) => a - b).map(([, part]) => part));
      const stored = keep(key, bytes, `"${md5.digest('hex')}-${upload.size}"`);
      const xml = `<CompleteMultipartUploadResult><ETag>${stored.eTag}</ETag></CompleteMultipartUploadResult>`;
      return answerXml(response, xml, headersOf(stored));
    }
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    const stored = keep(key, body, `"${md5.digest('hex')}"`, request.headers);
    response.writeHead(200, headersOf(stored)).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All versions of each object, the newest last. */
    objects,
    asked,
    /** Answers to the next requests, in place of what they ask for. */
    failing,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type BucketServer = Awaited<ReturnType<typeof startBucketServer>>;

function answerXml(response: ServerResponse, xml: string, headers = {}) {
  response.writeHead(200, { 'content-type': 'application/xml', ...headers }).end(xml);
}

function refuse(response: ServerResponse, status: number, code: string) {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
