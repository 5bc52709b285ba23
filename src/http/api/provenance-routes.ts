import { createRoute, z } from '@hono/zod-openapi';
import type { TypedResponse } from 'hono';
import type { BlobStore } from '../../blobs/blob-store.ts';
import { artifactFileName } from '../../contract/live-log.ts';
import { provenanceFileName } from '../../contract/provenance.ts';
import type { PublicKey } from '../../contract/signing-key.ts';
import type { History } from '../../runs/history.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, jsonAnswer, problems } from './api-app.ts';
import { attachment } from './attachment.ts';

const mediaType = 'application/vnd.dsse.envelope.v1+json';

const download = createRoute({
  method: 'get',
  path: '/api/v1/artifacts/{id}/provenance',
  summary:
    'What an artifact was built from, signed: SLSA provenance in an in-toto statement in a DSSE envelope',
  description: 'There once its job has ended. `hookline verify` checks it, without asking this service.',
  request: { params: idParameter },
  responses: {
    200: { description: 'The envelope', content: { [mediaType]: { schema: z.string() } } },
    ...problems,
  },
});

const key = createRoute({
  method: 'get',
  path: '/api/v1/signing-key',
  summary: 'The public key that the provenance of artifacts is signed with',
  responses: {
    200: jsonAnswer(
      'The key',
      z.object({
        id: z.string().openapi({ description: 'SHA-256 of the key in DER; the `keyid` of envelopes.' }),
        algorithm: z.literal('ed25519'),
        pem: z.string(),
      }),
    ),
    ...problems,
  },
});

export function addProvenanceRoutes(
  app: ApiApp,
  ports: {
    history: Pick<History, 'artifact'>;
    blobs: Pick<BlobStore, 'get'>;
    publicKey: Pick<PublicKey, 'id' | 'pem'>;
  },
): void {
  const { history, blobs, publicKey } = ports;

  app.openapi(key, (context) =>
    context.json({ id: publicKey.id, algorithm: 'ed25519', pem: publicKey.pem } as const, 200),
  );

  app.openapi(download, async (context) => {
    const { id } = context.req.valid('param');
    const artifact = await history.artifact(id);
    if (!artifact) throw new HttpRefusal('artifact-not-found', `there is no artifact "${id}"`);
    const { signal } = context.req.raw;
    const found = artifact.proved ? await blobs.get(provenanceFileName(artifact.key), { signal }) : undefined;
    if (!found) {
      throw new HttpRefusal(
        'provenance-not-found',
        `artifact "${artifact.name}" has no provenance: its job has not ended, or it is older than signing`,
      );
    }
    const answer = context.newResponse(found.body, 200, {
      'content-type': mediaType,
      'content-disposition': attachment(provenanceFileName(artifactFileName(artifact.name, artifact.format))),
      'cache-control': 'private, no-cache',
    });
    return answer as Response & TypedResponse<string, 200, 'json'>;
  });
}
