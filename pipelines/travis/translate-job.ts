import { everySecret } from '../every-secret.ts';
import type { ArtifactDefinition, JobDefinition } from '../pipeline.ts';
import { bundleArtifacts, bundleFiles, bundleFunction } from './bundle.ts';
import { chooseImage, type ImageOverrides } from './choose-language.ts';
import { deploySteps, isForJob } from './deploy-steps.ts';
import type { TravisJob } from './expand-jobs.ts';
import type { Expression } from './expression.ts';
import { jobTimeoutMs, phaseSteps } from './job-phases.ts';
import { readServices } from './job-services.ts';
import { readCache } from './read-cache.ts';
import { readCheckout } from './read-checkout.ts';
import { readCondition } from './read-conditions.ts';
import type { Deploy } from './read-deploys.ts';
import { readDeploys } from './read-deploys.ts';
import { readAssignments } from './read-env.ts';
import { itemsOf, type Reader, textOf } from './read-node.ts';
import { setUpSteps } from './set-up-step.ts';
import type { Assignment } from './shell-words.ts';
import { filesFunction, siteArtifacts } from './site.ts';

/** Travis says so for a job whose lines print nothing. */
const noOutputTimeoutMs = 10 * 60_000;

/** What a job puts aside for a deployment. */
type DeployedArtifact = { name: string; folder: string; exclude?: string[] };

export type TranslatedJob = {
  definition: JobDefinition;
  deploys: Deploy[];
  source: TravisJob;
  variables: readonly Assignment[];
};

/** One job; undefined when there is no image for it, which is told. */
export function translateJob(
  reader: Reader,
  source: TravisJob,
  name: string,
  given: { needs: string[]; only: Expression | undefined; images: ImageOverrides },
): TranslatedJob | undefined {
  const { node, fields } = source;
  const line = reader.map.lineOf(node.path);
  const choice = chooseImage(reader, fields, given.images);
  if (choice === undefined) return undefined;
  if ('why' in choice) {
    reader.warn(
      node,
      `the job ${name} is left out: ${choice.why}`,
      'a version and a system that there is an image for',
    );
    return undefined;
  }
  const variables = readAssignments(reader, source.env);
  const own = readCondition(reader, fields.get('if'), variables);
  const terms = [given.only, own].filter((each) => each !== undefined);
  const { services, forwards } = readServices(reader, fields);
  const deploys = readDeploys(reader, fields.get('deploy'), variables);
  const deploying = deploySteps(reader, deploys, { node, fields });
  const used = deploys.filter((deploy) => isForJob(reader, deploy.on, source));
  const bundles = [...bundleArtifacts(bundleFiles(reader, used)).values()];
  const sites = [...siteArtifacts(reader, used).values()];
  const artifacts = [...bundles, ...sites].map(
    ({ name: artifact, folder, exclude = [] }: DeployedArtifact): ArtifactDefinition => ({
      name: artifact,
      paths: [folder],
      exclude,
      stripPrefix: folder,
      optional: true,
    }),
  );
  const plain = variables.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]]));
  const cache = readCache(reader, { fields, variables, ...choice });
  const first = setUpSteps(reader, {
    job: { node, fields },
    variables,
    forwards,
    exports: cache.lines,
    own: ownVariables(source),
    functions: [
      ...(bundles.length > 0 ? [bundleFunction] : []),
      ...(sites.length > 0 ? [filesFunction] : []),
    ],
  });
  return {
    source,
    deploys,
    variables,
    definition: {
      name,
      line,
      image: choice.image,
      env: { ...axisVariables(reader, source), ...Object.fromEntries(plain) },
      secrets: [everySecret],
      needs: given.needs,
      allowFailure: source.allowFailure,
      ...(terms.length === 0
        ? {}
        : {
            when: {
              line: reader.map.lineOf(fields.get('if')?.path ?? node.path),
              status: 'success',
              only: terms.length === 1 && terms[0] ? terms[0] : { op: 'and', terms },
            },
          }),
      timeoutMs: jobTimeoutMs,
      noOutputTimeoutMs,
      checkout: readCheckout(reader, fields.get('git')),
      ...(services.length === 0 ? {} : { services }),
      ...(cache.caches.length === 0 ? {} : { caches: cache.caches }),
      steps: [
        ...first,
        ...phaseSteps(reader, source, choice.language, { deploying, isCached: cache.caches.length > 0 }),
      ],
      artifacts,
    },
  };
}

/** Nothing of it is for the shell to expand but the number of the run. */
function ownVariables({ index, stage, hasStages, allowFailure }: TravisJob): Record<string, string> {
  const named = `${stage.charAt(0).toUpperCase()}${stage.slice(1)}`.replaceAll(/[^\w .,:()-]/g, '');
  return {
    TRAVIS_JOB_NUMBER: `$HOOKLINE_RUN_NUMBER.${index + 1}`,
    TRAVIS_ALLOW_FAILURE: String(allowFailure),
    TRAVIS_BUILD_STAGE_NAME: hasStages ? named : '',
  };
}

/** `TRAVIS_NODE_VERSION` and its like, which scripts ask for. */
function axisVariables(reader: Reader, { fields }: TravisJob): Record<string, string> {
  const names: Record<string, string> = {
    node_js: 'TRAVIS_NODE_VERSION',
    python: 'TRAVIS_PYTHON_VERSION',
    jdk: 'TRAVIS_JDK_VERSION',
    go: 'TRAVIS_GO_VERSION',
    rvm: 'TRAVIS_RUBY_VERSION',
    php: 'TRAVIS_PHP_VERSION',
    rust: 'TRAVIS_RUST_VERSION',
    compiler: 'TRAVIS_COMPILER',
  };
  const found = Object.entries(names).flatMap(([key, name]) => {
    const node = fields.get(key);
    const [first] = node === undefined ? [] : itemsOf(node);
    const version = first === undefined ? undefined : textOf(reader, first);
    return version === undefined ? [] : [[name, version]];
  });
  const [, compiler] = found.find(([name]) => name === 'TRAVIS_COMPILER') ?? [];
  return { ...Object.fromEntries(found), ...(compiler === undefined ? {} : { CC: compiler }) };
}
