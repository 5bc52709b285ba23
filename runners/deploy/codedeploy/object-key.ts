import { renderBundleKey, wordsOfBundleKey } from '../../../pipelines/bundle-key.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentRequest } from '../deployment-target.ts';

/** What a key template may need beside what every deployment has. */
export type BundleNames = {
  /** The full name (`refs/heads/main`) or the short one. */
  readonly ref?: string;
  /** The artifact's name, without `.zip`. */
  readonly artifact?: string;
};

/** The key of the bundle's object, from the target's template. */
export function objectKeyOf(template: string, request: DeploymentRequest & BundleNames): string {
  const { repository, sha, runNumber, environment } = request;
  const named = { ref: request.ref?.replace(/^refs\/(heads|tags)\//, ''), artifact: request.artifact };
  for (const word of ['ref', 'artifact'] as const) {
    if (named[word] === undefined && wordsOfBundleKey(template).includes(word)) {
      throw new DeploymentRefusal(
        'target_invalid',
        `The key ${template} asks for {${word}}, which this deployment does not know. Leave {${word}} out of the key.`,
      );
    }
  }
  return renderBundleKey(template, {
    repository,
    sha,
    run: String(runNumber),
    environment,
    ref: named.ref ?? '',
    artifact: named.artifact ?? '',
  });
}
