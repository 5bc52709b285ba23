import { type FillWord, fillTexts, fillWords } from '../../pipelines/fill-words.ts';
import type { DeployTarget } from '../../pipelines/pipeline.ts';
import type { DeployPlan } from '../../pipelines/plan.ts';
import { bucketName, regionName } from '../../pipelines/s3-shape.ts';
import type { Run } from './run.ts';

/** The target of a deployment, with the values of secrets and of the run in its texts, where its plan asks for any. */
export function fillTarget(
  { target, fill = [] }: Pick<DeployPlan, 'target' | 'fill'>,
  run: Pick<Run, 'change' | 'number' | 'repository'>,
  secrets: Readonly<Record<string, string>>,
): DeployTarget {
  if (fill.length === 0) return target;
  const values = { ...secrets, ...wordsOf(run) };
  return fillTexts(
    target,
    Object.fromEntries(Object.entries(values).filter(([name]) => fill.includes(name))),
  );
}

/** What could be looked at only now: the part of the target that cannot be as it is, and what was wanted there. */
export function filledFault(target: DeployTarget): string | undefined {
  if (target.type === 'local') return undefined;
  if (!bucketName.safeParse(target.bucket).success) return 'bucket is not the name of an S3 bucket';
  if (!regionName.safeParse(target.region).success) return 'region is not a region of AWS such as eu-west-1';
  const texts = target.type === 'codedeploy' ? [target.application, target.group, target.key] : [];
  return texts.some((text) => text.trim() === '') ? 'application, group or key has nothing in it' : undefined;
}

/** The secrets that it was filled with. */
export function filledWith({ fill = [] }: Pick<DeployPlan, 'fill'>): string[] {
  return fill.filter((name) => !fillWords.some((each) => each === name));
}

function wordsOf({ change, number, repository }: Pick<Run, 'change' | 'number' | 'repository'>) {
  return {
    TRAVIS_BRANCH: change.branch ?? change.tag ?? '',
    TRAVIS_BUILD_NUMBER: String(number),
    TRAVIS_COMMIT: change.sha,
    TRAVIS_REPO_SLUG: repository,
    TRAVIS_TAG: change.tag ?? '',
  } satisfies Record<FillWord, string>;
}
