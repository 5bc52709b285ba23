import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { openEnvelope } from './envelope.ts';
import { artifactKey } from './live-log.ts';
import type { PublicKey } from './signing-key.ts';

export class ProvenanceRefusal extends Refusal<'malformed' | 'other-file'> {}

/** What a file was built from: an in-toto Statement (v1) with the predicate of SLSA Provenance (v1), https://slsa.dev/spec/v1.0/provenance. */
export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://slsa.dev/provenance/v1';
export const statementMediaType = 'application/vnd.in-toto+json';

const digests = z.record(z.string(), z.string());
const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.array(z.object({ name: z.string(), digest: digests })).length(1),
  predicateType: z.literal(predicateType),
  predicate: z.object({
    buildDefinition: z.object({
      buildType: z.string(),
      externalParameters: z.looseObject({
        repository: z.string(),
        event: z.string(),
        ref: z.string(),
        pullRequest: z.int().optional(),
        pipeline: z.object({ file: z.string(), digest: digests }),
        job: z.string(),
        matrix: z.record(z.string(), z.string()).optional(),
      }),
      internalParameters: z.looseObject({
        runNumber: z.int(),
        attempt: z.int(),
        runner: z.object({ id: z.string(), name: z.string() }).optional(),
        isolation: z.literal('none').optional(),
      }),
      resolvedDependencies: z.array(
        z.object({ name: z.string(), uri: z.string().optional(), digest: digests.optional() }),
      ),
    }),
    runDetails: z.object({
      builder: z.object({ id: z.string(), version: digests }),
      metadata: z.object({
        invocationId: z.string(),
        startedOn: z.iso.datetime().optional(),
        finishedOn: z.iso.datetime().optional(),
      }),
    }),
  }),
});

export type Statement = z.infer<typeof statementSchema>;

/** Where the signed statement lies: beside its artifact. */
export function provenanceKey(
  spec: { runId: string; jobId: string; attempt: number },
  name: string,
  format?: string,
): string {
  return provenanceFileName(artifactKey(spec, name, format));
}

export function provenanceFileName(fileName: string): string {
  return `${fileName}.intoto.json`;
}

/** The statement of an envelope, once it is proved that the holder of the key makes it, and makes it of a file with this hash. */
export function verifyProvenance(envelope: string, sha256: string, key: PublicKey): Statement {
  const statement = readStatement(openEnvelope(envelope, statementMediaType, key));
  const [subject] = statement.subject;
  if (subject?.digest['sha256'] === sha256) return statement;
  throw new ProvenanceRefusal(
    'other-file',
    `the provenance is of ${subject?.name} with SHA-256 ${subject?.digest['sha256']}, and this file's is ${sha256}`,
  );
}

function readStatement(payload: string): Statement {
  try {
    return statementSchema.parse(JSON.parse(payload));
  } catch (error) {
    const wanted = `${statementType} with ${predicateType}`;
    throw new ProvenanceRefusal('malformed', `that is no provenance; wanted: ${wanted}`, { cause: error });
  }
}
