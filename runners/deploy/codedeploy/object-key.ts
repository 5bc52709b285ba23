import { renderBundleKey } from '../../../pipelines/bundle-key.ts';
import type { DeploymentRequest } from '../deployment-target.ts';

/** The key of the bundle's object, from the target's template. */
export function objectKeyOf(template: string, request: DeploymentRequest): string {
  const { repository, sha, runNumber, environment, ref, artifact } = request;
  return renderBundleKey(template, {
    repository,
    sha,
    run: String(runNumber),
    environment,
    ref: ref.replace(/^refs\/(heads|tags)\//, ''),
    artifact,
  });
}
