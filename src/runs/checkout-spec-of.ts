import type { BuildPlan } from '../../pipelines/plan.ts';
import type { CheckoutSpec } from '../contract/checkout-spec.ts';
import type { Change } from './change.ts';

/**
 * What a runner is to check out. A fork names submodules of its choosing, which are then fetched as anybody could. Only GitHub keeps the merge of a pull request:
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/checking-out-pull-requests-locally
 */
export function checkoutSpecOf(
  { checkout }: Pick<BuildPlan, 'checkout'>,
  { provider, pullRequest, fork }: Pick<Change, 'provider' | 'pullRequest' | 'fork'>,
): { checkout?: CheckoutSpec } {
  if (checkout === undefined || checkout === false) return checkout === false ? { checkout } : {};
  const { ref, ...asked } = checkout;
  const wanted = { ...asked, ...(asked.submodules && !fork ? { ownerCredential: true as const } : {}) };
  if (ref !== 'merge' || provider !== 'github' || !pullRequest) return { checkout: wanted };
  const { number, baseBranch } = pullRequest;
  const merge = { ref: `refs/pull/${number}/merge`, baseRef: `refs/heads/${baseBranch}` };
  return { checkout: { ...wanted, merge } };
}
