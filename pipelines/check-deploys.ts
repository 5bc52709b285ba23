import { bundleKeyWords, wordsOfBundleKey } from './bundle-key.ts';
import { jobsMadeOf } from './check-matrix.ts';
import { renderMatrix } from './matrix.ts';
import { nearestTo } from './nearest.ts';
import type { DeployOutline, JobOutline, Outline } from './outline.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** One target, one artifact of one job, and pushes that can lead there. */
export function checkDeploys(outline: Outline): Finding[] {
  const made = outline.deploys.length === 0 ? [] : outline.jobs.flatMap(artifactsOf);
  return outline.deploys.flatMap((deploy) => [
    ...checkTarget(deploy),
    ...checkArtifact(deploy, made),
    ...checkKey(deploy),
    ...checkReach(deploy, outline),
  ]);
}

function checkTarget({ path, name, targets }: DeployOutline): Finding[] {
  const [first, second] = targets;
  if (first === undefined) {
    const message = `deployment "${name}" has no target`;
    return [{ path, atKey: true, message, expected: 'local: {}, codedeploy or s3' }];
  }
  if (second === undefined) return [];
  const message = `deployment "${name}" has two targets, ${first} and ${second}`;
  return [{ path: [...path, second], atKey: true, message, expected: 'one target per deployment' }];
}

type MadeArtifact = { name: string; maker: string; mayFail: boolean; format?: string };

/** Under the names that they have in the run, each combination of a matrix being a job of its own. */
function artifactsOf(job: JobOutline): MadeArtifact[] {
  return jobsMadeOf(job).flatMap(({ name: maker, values }) =>
    [...new Map(job.artifacts.map((each) => [renderMatrix(each.name, values), each.format]))].map(
      ([name, format]) => ({
        name,
        maker,
        mayFail: job.allowsFailure,
        ...(format === undefined ? {} : { format }),
      }),
    ),
  );
}

function checkArtifact({ artifact }: DeployOutline, all: readonly MadeArtifact[]): Finding[] {
  if (artifact === undefined) return [];
  const makers = all.filter(({ name }) => name === artifact.name);
  const [only] = makers;
  if (only !== undefined && makers.length === 1) {
    if (only.format !== undefined && only.format !== 'zip') {
      const message = `artifact ${quote(artifact.name)} is packed as ${only.format}, and deployments take zips`;
      return [{ path: artifact.path, message, expected: 'an artifact without `format`' }];
    }
    if (!only.mayFail) return [];
    const message = `artifact ${quote(artifact.name)} is made by job "${only.maker}", which may fail`;
    return [{ path: artifact.path, message, expected: 'an artifact of a job without allow_failure' }];
  }
  if (makers.length > 1) {
    const message = `artifact ${quote(artifact.name)} is made by ${joined(makers)}`;
    return [{ path: artifact.path, message, expected: 'an artifact of exactly one job' }];
  }
  const made = [...new Set(all.map(({ name }) => name))];
  const nearest = nearestTo(artifact.name, made);
  const expected =
    nearest !== undefined
      ? `did you mean "${nearest}"?`
      : made.length === 0
        ? 'artifacts in one of the jobs: none makes any'
        : `one of ${made.slice(0, 10).join(', ')}`;
  return [{ path: artifact.path, message: `no job makes artifact ${quote(artifact.name)}`, expected }];
}

function joined(makers: readonly MadeArtifact[]): string {
  const names = makers.map(({ maker }) => maker);
  return names.length <= 3 ? names.join(' and ') : `${names[0]} and ${names.length - 1} other jobs`;
}

function checkKey({ key }: DeployOutline): Finding[] {
  if (key === undefined) return [];
  const known: readonly string[] = bundleKeyWords;
  return wordsOfBundleKey(key.name)
    .filter((word) => !known.includes(word))
    .map((word) => {
      const nearest = nearestTo(word, known);
      const choice = known.map((name) => `{${name}}`).join(', ');
      const expected = nearest === undefined ? `one of ${choice}` : `did you mean {${nearest}}?`;
      return { path: key.path, message: `unknown {${word}} in the key`, expected };
    });
}

/** Deployments that never happen, or that happen from branches nobody thought of, deserve a word. */
function checkReach(
  { path, name, hasBranches, hasTags, onSchedule }: DeployOutline,
  { on }: Outline,
): Finding[] {
  if (onSchedule && on.schedules.length > 0) return [];
  const built = {
    branches: on.push === 'all' || (on.push !== 'none' && on.push.branches),
    tags: on.push !== 'all' && on.push !== 'none' && on.push.tags,
  };
  const wanted = { branches: hasBranches || !hasTags, tags: hasTags };
  if (!(built.branches && wanted.branches) && !(built.tags && wanted.tags)) {
    const message = `deployment "${name}" never happens: on.push builds no ${hasTags ? 'tag' : 'branch'} for it`;
    const expected = `on.push with ${hasTags ? 'tags' : 'branches'}`;
    return [{ path, atKey: true, message, expected, severity: 'warning' }];
  }
  if (on.push === 'all' && !hasBranches && !hasTags) {
    const message = `deployment "${name}" happens on a push to any branch`;
    return [{ path, atKey: true, message, expected: 'branches: [main], say', severity: 'warning' }];
  }
  return [];
}
