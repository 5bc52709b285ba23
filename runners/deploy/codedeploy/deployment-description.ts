import { createHash } from 'node:crypto';

/** The most that CodeDeploy takes ("DescriptionTooLongException"). */
const maxLength = 256;

export type DescribedDeployment = {
  readonly deploymentKey: string;
  readonly bundleSha256: string;
  readonly runNumber: number;
  readonly sha: string;
  /** What the pipeline says about the deployment. */
  readonly description?: string | undefined;
};

/**
 * CreateDeployment has no client token, so the description carries the mark by which a deployment whose
 * creation was not answered is found again. The pipeline's own words come first and are cut to make room.
 */
export function describeDeployment(deployment: DescribedDeployment): string {
  const { runNumber, sha } = deployment;
  const facts = `run #${runNumber} ${sha} [hookline ${keyMark(deployment)} ${bundleMark(deployment)}]`;
  const own = deployment.description?.trim();
  if (!own) return facts;
  const room = maxLength - facts.length - 3;
  return own.length <= room ? `${own} - ${facts}` : `${cut(own, room - 1)}… - ${facts}`;
}

/** What a description says of the deployment it belongs to. Only the end counts: the rest is the pipeline's. */
export function readMark(
  description: string | undefined,
  deployment: Pick<DescribedDeployment, 'deploymentKey' | 'bundleSha256'>,
): 'ours' | 'ours-with-another-bundle' | 'foreign' {
  const [, key, bundle] = /\[hookline (\S+) ([0-9a-f]{12})\]$/.exec(description ?? '') ?? [];
  if (key !== keyMark(deployment)) return 'foreign';
  return bundle === bundleMark(deployment) ? 'ours' : 'ours-with-another-bundle';
}

function keyMark({ deploymentKey }: { deploymentKey: string }): string {
  if (/^[\w.:/-]{1,64}$/.test(deploymentKey)) return deploymentKey;
  return createHash('sha256').update(deploymentKey).digest('hex').slice(0, 32);
}

const bundleMark = ({ bundleSha256 }: { bundleSha256: string }) => bundleSha256.slice(0, 12);

/** Not in the middle of a character. */
function cut(text: string, length: number): string {
  let short = '';
  for (const character of text) {
    if (short.length + character.length > length) break;
    short += character;
  }
  return short.trimEnd();
}
