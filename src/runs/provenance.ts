import type { JobPlan } from '../../pipelines/plan.ts';
import { artifactFileName } from '../contract/live-log.ts';
import { predicateType, type Statement, statementType } from '../contract/provenance.ts';
import type { Change } from './change.ts';
import type { BuiltMerge, UsedImage } from './run.ts';

/** An artifact whose job has ended, and all that is known of how it was made. */
export type Unproved = {
  readonly artifactId: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly attempt: number;
  readonly name: string;
  readonly format?: string;
  readonly sha256: string;
  readonly change: Change;
  readonly pipeline: { readonly file: string; readonly digest: string };
  readonly plan: JobPlan;
  readonly image?: UsedImage;
  readonly built?: BuiltMerge;
  readonly isolation?: 'none';
  readonly runner?: { readonly id: string; readonly name: string };
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
};

/** PORT. Which artifacts no statement was made of yet. To make one twice is no harm: it has the same bytes. */
export type ProvenanceStore = {
  /** Those of attempts that are over, the oldest first. */
  unproved(limit: number): Promise<Unproved[]>;
  /** `none`: none can be made of it. */
  settle(artifactId: string, outcome: 'stored' | 'none'): Promise<void>;
};

export type Builder = { readonly url: string; readonly version: string };

/** What hookline's builds are, for whoever reads the rest: jobs of a pipeline file at a commit. */
const buildType = 'urn:hookline:job:v1';

/** What an artifact was built from, by whom and when. Pure; the same facts make the same text. */
export function statementOf(
  made: Unproved,
  { builder, cloneUrl }: { builder: Builder; cloneUrl?: string },
): Statement {
  const { change, plan, image, isolation, runner } = made;
  const source = made.built ?? change;
  const matrix = plan.kind === 'build' ? plan.matrix?.values : undefined;
  return {
    _type: statementType,
    subject: [{ name: artifactFileName(made.name, made.format), digest: { sha256: made.sha256 } }],
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          repository: change.repository,
          event: change.event,
          ref: change.ref,
          ...(change.pullRequest ? { pullRequest: change.pullRequest.number } : {}),
          pipeline: { file: made.pipeline.file, digest: { sha256: made.pipeline.digest } },
          job: made.jobName,
          ...(matrix ? { matrix: { ...matrix } } : {}),
        },
        internalParameters: {
          runNumber: made.runNumber,
          attempt: made.attempt,
          ...(runner ? { runner } : {}),
          ...(isolation ? { isolation } : {}),
        },
        resolvedDependencies: [
          {
            name: 'source',
            ...(cloneUrl === undefined ? {} : { uri: `git+${cloneUrl}@${source.ref}` }),
            digest: { gitCommit: source.sha },
          },
          ...(image ? [imageDependency(image)] : []),
        ],
      },
      runDetails: {
        builder: { id: builder.url, version: { hookline: builder.version } },
        metadata: {
          invocationId: `${builder.url}/runs/${made.runId}?job=${made.jobId}#${made.attempt}`,
          ...(made.startedAtMs === undefined ? {} : { startedOn: new Date(made.startedAtMs).toISOString() }),
          ...(made.finishedAtMs === undefined
            ? {}
            : { finishedOn: new Date(made.finishedAtMs).toISOString() }),
        },
      },
    },
  };
}

/** By its digest in a registry where it has one; the id of an engine says what it was on that machine alone. */
function imageDependency({ name, id, digest }: UsedImage) {
  const sha256 = /@sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
  return {
    name: `image ${name}`,
    ...(digest === undefined ? {} : { uri: `oci://${digest}` }),
    digest: sha256 === undefined ? { imageId: id } : { sha256 },
  };
}
