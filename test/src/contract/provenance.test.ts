import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Envelope, openEnvelope, sealEnvelope } from '../../../src/contract/envelope.ts';
import { newSeed } from '../../../src/contract/keys.ts';
import { statementMediaType, verifyProvenance } from '../../../src/contract/provenance.ts';
import { readPublicKey, signingKeyOf } from '../../../src/contract/signing-key.ts';
import { statementOf, type Unproved } from '../../../src/runs/provenance.ts';
import { buildPlan, sampleChange } from '../runs/sample-run.ts';

const sha256 = 'f'.repeat(64);
const made: Unproved = {
  artifactId: 'a1',
  runId: 'run1',
  runNumber: 7,
  jobId: 'job1',
  jobName: 'build',
  attempt: 2,
  name: 'app',
  sha256,
  change: sampleChange(),
  pipeline: { file: '.hookline.yml', digest: 'd'.repeat(64) },
  plan: buildPlan('build'),
  image: { name: 'node:24', id: 'sha256:1234', digest: `docker.io/library/node@sha256:${'e'.repeat(64)}` },
  runner: { id: 'r1', name: 'builder-1' },
  startedAtMs: Date.UTC(2026, 4, 4, 12, 30),
  finishedAtMs: Date.UTC(2026, 4, 4, 12, 31),
};
const builder = { url: 'https://ci.example.com', version: '1.2.3' };
const key = signingKeyOf(newSeed());
const statement = statementOf(made, { builder, cloneUrl: 'https://git.example.com/octo/app.git' });
const envelope = sealEnvelope(statementMediaType, JSON.stringify(statement), key);
const verified =
  (given: unknown, hash = sha256, by = key.publicKey) =>
  () =>
    verifyProvenance(typeof given === 'string' ? given : JSON.stringify(given), hash, by);

/** Every way to change one leaf of a JSON value, as the path to it and the changed whole. */
function* changes(value: unknown, path: string[] = []): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path.join('.'), typeof value === 'number' ? value + 1 : `${String(value)}x`];
    return;
  }
  for (const [name, child] of Object.entries(value)) {
    for (const [where, changed] of changes(child, [...path, name])) {
      const copy = structuredClone(value) as Record<string, unknown>;
      copy[name] = changed;
      yield [where, Array.isArray(value) ? Object.values(copy) : copy];
    }
  }
}

describe('the provenance of an artifact', () => {
  it('says what was built, from which commit, pipeline and image, where and when', () => {
    expect(verified(envelope)()).toEqual(statement);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'app.zip', digest: { sha256 } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: { repository: 'octo/app', ref: 'refs/heads/main', job: 'build' },
          internalParameters: { runNumber: 7, attempt: 2, runner: { id: 'r1', name: 'builder-1' } },
          resolvedDependencies: [
            {
              uri: 'git+https://git.example.com/octo/app.git@refs/heads/main',
              digest: { gitCommit: 'a'.repeat(40) },
            },
            { name: 'image node:24', digest: { sha256: 'e'.repeat(64) } },
          ],
        },
        runDetails: {
          builder: { id: 'https://ci.example.com', version: { hookline: '1.2.3' } },
          metadata: { startedOn: '2026-05-04T12:30:00.000Z', finishedOn: '2026-05-04T12:31:00.000Z' },
        },
      },
    });
  });

  it('says which merge was built where one was, and that an image had no digest', () => {
    const built = { ref: 'refs/pull/7/merge', sha: 'b'.repeat(40) };
    const image = { name: 'mine', id: 'sha256:1234' };
    const { resolvedDependencies } = statementOf({ ...made, built, image }, { builder }).predicate
      .buildDefinition;
    expect(resolvedDependencies).toEqual([
      { name: 'source', digest: { gitCommit: 'b'.repeat(40) } },
      { name: 'image mine', digest: { imageId: 'sha256:1234' } },
    ]);
  });

  it('has the same bytes each time', () => {
    expect(sealEnvelope(statementMediaType, JSON.stringify(statement), key)).toEqual(envelope);
  });

  const fields = [...changes(statement)];
  it.each(fields)('is not believed when %s is another', (_path, changed) => {
    const payload = Buffer.from(JSON.stringify(changed)).toString('base64');
    expect(verified({ ...envelope, payload })).toThrow(/signature is not that of this content/);
  });

  it.each([...changes(envelope)])('is not believed when %s of its envelope is another', (_path, changed) => {
    expect(verified(changed)).toThrow(/envelope|signature/);
  });

  it('is not believed with something added, in other base64, cut off or with no signature', () => {
    expect(verified({ ...envelope, more: 1 })).toThrow(/no DSSE envelope/);
    expect(verified({ ...envelope, payload: `${envelope.payload} ` })).toThrow(/not base64/);
    expect(verified({ ...envelope, signatures: [] })).toThrow(/no DSSE envelope/);
    expect(verified(JSON.stringify(envelope).slice(0, -1))).toThrow(/no DSSE envelope/);
  });

  it('is not believed of another file, nor by another key', () => {
    expect(verified(envelope, '0'.repeat(64))).toThrow(
      /is of app.zip with SHA-256 f+, and this file's is 0+/,
    );
    const other = signingKeyOf(newSeed());
    expect(verified(envelope, sha256, other.publicKey)).toThrow(/is signed with the key .* and not/);
    const theirs = sealEnvelope(statementMediaType, JSON.stringify(statement), other).signatures;
    const signatures = theirs.map(({ sig }) => ({ keyid: key.publicKey.id, sig }));
    const swapped: Envelope = { ...envelope, signatures };
    expect(verified(swapped)).toThrow(/signature is not that of this content/);
  });

  it('is believed of nothing else that the same key signed', () => {
    const other = sealEnvelope('text/plain', JSON.stringify(statement), key);
    expect(verified(other)).toThrow(/holds "text\/plain"/);
    expect(verified({ ...other, payloadType: statementMediaType })).toThrow(/signature/);
    const claim = sealEnvelope(statementMediaType, '{"_type":"https://in-toto.io/Statement/v1"}', key);
    expect(verified(claim)).toThrow(/no provenance/);
  });

  it('is signed with a key of its own that others can read, of one kind', () => {
    expect(readPublicKey(key.publicKey.pem).id).toBe(key.publicKey.id);
    const again = openEnvelope(
      JSON.stringify(envelope),
      statementMediaType,
      readPublicKey(key.publicKey.pem),
    );
    expect(JSON.parse(again)).toEqual(statement);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      format: 'pem',
      type: 'spki',
    });
    for (const pem of ['', 'no key', rsa.toString()])
      expect(() => readPublicKey(pem)).toThrow(/no public key of Ed25519/);
  });
});
