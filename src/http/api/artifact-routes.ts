import { createRoute, z } from '@hono/zod-openapi';
import type { BlobStore, FoundBlob } from '../../blobs/blob-store.ts';
import { contentTypeOf } from '../../blobs/content-type.ts';
import { artifactFileName } from '../../contract/live-log.ts';
import type { Log } from '../../log.ts';
import type { ArtifactDetail, History } from '../../runs/history.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, problems } from './api-app.ts';
import { attachment } from './attachment.ts';
import { hasCurrent } from './conditional.ts';
import { parseRange } from './parse-range.ts';
import { reportedBody } from './reported-body.ts';
import { removedText } from './wire.ts';

const bytes = { schema: z.string().openapi({ format: 'binary' }) };
const archive = { 'application/zip': bytes, 'application/gzip': bytes, 'application/zstd': bytes };

const download = createRoute({
  method: 'get',
  path: '/api/v1/artifacts/{id}',
  summary: 'The file of an artifact; takes Range, If-Range and If-None-Match',
  request: { params: idParameter },
  responses: {
    200: { description: 'The whole of it', content: archive },
    206: { description: 'The part asked for by Range', content: archive },
    ...problems,
  },
});

/** The bytes of an artifact never change: its hash is its tag. */
export function addArtifactRoutes(
  app: ApiApp,
  ports: { history: Pick<History, 'artifact'>; blobs: Pick<BlobStore, 'get'>; log: Pick<Log, 'error'> },
): void {
  const { history, blobs, log } = ports;

  async function open(artifact: ArtifactDetail, range: { start: number; end: number }, signal: AbortSignal) {
    const found: FoundBlob | undefined = await blobs.get(artifact.key, { range, signal });
    if (!found) {
      throw new HttpRefusal('artifact-gone', `the file of artifact "${artifact.name}" has been removed`);
    }
    if (found.sizeBytes !== artifact.sizeBytes) {
      await found.body.cancel();
      throw new Error(`${artifact.key} has ${found.sizeBytes} bytes and should have ${artifact.sizeBytes}`);
    }
    return found.body;
  }

  app.openapi(download, async (context) => {
    const { id } = context.req.valid('param');
    const artifact = await history.artifact(id);
    if (!artifact) throw new HttpRefusal('artifact-not-found', `there is no artifact "${id}"`);
    if (artifact.removed) {
      throw new HttpRefusal(
        'artifact-gone',
        `artifact "${artifact.name}" was ${removedText(artifact.removed)}`,
      );
    }
    const { sizeBytes, sha256 } = artifact;
    const fileName = artifactFileName(artifact.name, artifact.format);
    const etag = `"${sha256}"`;
    const headers = {
      etag,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    };
    if (hasCurrent(context.req.header('if-none-match'), etag)) return context.newResponse(null, 304, headers);

    const ifRange = context.req.header('if-range');
    const mayBePart = ifRange === undefined || ifRange === etag;
    const asked = mayBePart ? parseRange(context.req.header('range'), sizeBytes) : 'whole';
    if (asked === 'unsatisfiable') {
      throw new HttpRefusal('range-not-satisfiable', `the artifact has ${sizeBytes} bytes`, {
        headers: { ...headers, 'content-range': `bytes */${sizeBytes}` },
      });
    }
    const isPart = asked !== 'whole';
    const { start, end } = isPart ? asked : { start: 0, end: sizeBytes };
    const described = {
      ...headers,
      'content-type': contentTypeOf(fileName),
      'content-length': String(end - start),
      'content-disposition': attachment(fileName),
      ...(isPart ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
    };
    const { signal } = context.req.raw;
    if (context.req.method === 'HEAD') {
      // Opened all the same, and let go at once: a HEAD must say what a GET would.
      await (await open(artifact, { start: 0, end: 0 }, signal)).cancel();
      return context.newResponse(null, isPart ? 206 : 200, described);
    }
    const body = reportedBody(await open(artifact, { start, end }, signal), {
      log,
      signal,
      correlationId: context.get('correlationId'),
      what: `the download of artifact ${id}`,
    });
    return context.newResponse(body, isPart ? 206 : 200, described);
  });
}
