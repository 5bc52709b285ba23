import { sealEnvelope } from '../contract/envelope.ts';
import { provenanceKey, statementMediaType } from '../contract/provenance.ts';
import type { SigningKey } from '../contract/signing-key.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Change } from './change.ts';
import { type Builder, type ProvenanceStore, statementOf, type Unproved } from './provenance.ts';

export type ProvenancePorts = {
  provenance: ProvenanceStore;
  files: { put(key: string, body: Uint8Array, options: { signal: AbortSignal }): Promise<unknown> };
  key: SigningKey;
  builder: Builder;
  /** Where the commit came from; absent when its provider is not set up any more. */
  cloneUrlOf: (change: Change) => string | undefined;
  log: Log;
};

const lookEveryMs = 2_000;
const mostAtOnce = 50;
/** A runner names its artifacts; a name that no pipeline can give makes no key. */
const namePattern = /^[\w.-]{1,100}$/;

/** Stores a signed statement beside each artifact of an attempt that is over. Any number of these may run. */
export function startProvenance(ports: ProvenancePorts): Loop {
  return startLoop({
    name: 'provenance',
    idleMs: lookEveryMs,
    log: ports.log,
    turn: async (signal) => ((await proveArtifacts(ports, signal)) === mostAtOnce ? 'more' : 'idle'),
  });
}

/** One look. Returns how many were made; what the blob store does not take now is tried again. */
export async function proveArtifacts(ports: ProvenancePorts, signal: AbortSignal): Promise<number> {
  let stored = 0;
  for (const made of await ports.provenance.unproved(mostAtOnce)) {
    signal.throwIfAborted();
    try {
      await prove(made, ports, signal);
      stored += 1;
    } catch (error) {
      signal.throwIfAborted();
      const about = { err: error, artifactId: made.artifactId };
      ports.log.warn(about, `the provenance of ${made.name} is not stored yet: ${messageOf(error)}`);
    }
  }
  return stored;
}

async function prove(made: Unproved, ports: ProvenancePorts, signal: AbortSignal): Promise<void> {
  if (!namePattern.test(made.name)) return ports.provenance.settle(made.artifactId, 'none');
  const cloneUrl = ports.cloneUrlOf(made.change);
  const statement = statementOf(made, {
    builder: ports.builder,
    ...(cloneUrl === undefined ? {} : { cloneUrl }),
  });
  const envelope = sealEnvelope(statementMediaType, JSON.stringify(statement), ports.key);
  const bytes = Buffer.from(`${JSON.stringify(envelope)}\n`);
  await ports.files.put(provenanceKey(made, made.name, made.format), bytes, { signal });
  await ports.provenance.settle(made.artifactId, 'stored');
}
