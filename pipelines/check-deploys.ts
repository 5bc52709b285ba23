import { bundleKeyWords, wordsOfBundleKey } from './bundle-key.ts';
import { nearestTo } from './nearest.ts';
import type { DeployOutline, Outline } from './outline.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** One target, one artifact of one job, and pushes that can lead there. */
export function checkDeploys(outline: Outline): Finding[] {
  return outline.deploys.flatMap((deploy) => [
    ...checkTarget(deploy),
    ...checkArtifact(deploy, outline),
    ...checkKey(deploy),
    ...checkReach(deploy, outline),
  ]);
}

function checkTarget({ path, name, targets }: DeployOutline): Finding[] {
  const [first, second] = targets;
  if (first === undefined) {
    const message = `deployment "${name}" has no target`;
    return [{ path, atKey: true, message, expected: 'local: {} or codedeploy' }];
  }
  if (second === undefined) return [];
  const message = `deployment "${name}" has two targets, ${first} and ${second}`;
  return [{ path: [...path, second], atKey: true, message, expected: 'one target per deployment' }];
}

function checkArtifact({ artifact }: DeployOutline, { jobs }: Outline): Finding[] {
  if (artifact === undefined) return [];
  const makers = jobs.filter((job) => job.artifacts.some((made) => made.name === artifact.name));
  const [maker] = makers;
  if (maker !== undefined && makers.length === 1) {
    if (!maker.allowsFailure) return [];
    const message = `artifact ${quote(artifact.name)} is made by job "${maker.name}", which may fail`;
    return [{ path: artifact.path, message, expected: 'an artifact of a job without allow_failure' }];
  }
  if (makers.length > 1) {
    const message = `artifact ${quote(artifact.name)} is made by ${makers.map((job) => job.name).join(' and ')}`;
    return [{ path: artifact.path, message, expected: 'an artifact of exactly one job' }];
  }
  const made = [...new Set(jobs.flatMap((job) => job.artifacts.map((one) => one.name)))];
  const nearest = nearestTo(artifact.name, made);
  const expected =
    nearest !== undefined
      ? `did you mean "${nearest}"?`
      : made.length === 0
        ? 'artifacts in one of the jobs: none makes any'
        : `one of ${made.slice(0, 10).join(', ')}`;
  return [{ path: artifact.path, message: `no job makes artifact ${quote(artifact.name)}`, expected }];
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
function checkReach({ path, name, hasBranches, hasTags }: DeployOutline, { on }: Outline): Finding[] {
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
