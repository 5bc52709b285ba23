import type { Clock } from '../src/clock.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { checkOutPatiently } from './check-out-patiently.ts';

/** What lies in the workspace of a job that asked for the merge of a pull request. */
export type BuiltMerge = {
  ref: string;
  sha: string;
  /** Why it is the head and not the merge. */
  remark?: string;
};

/** Puts what a job wants of its source into the empty directory; told whether it is the merge, where that was asked for. */
export type Checkout = (
  wanted: Pick<BuildSpec, 'source' | 'checkout'>,
  directory: string,
  options: { signal: AbortSignal; note: (text: string) => void },
) => Promise<BuiltMerge | undefined>;

/** Waits for a git host that is away. Where a job wants no source there is nothing to do. */
export async function bringSource(
  spec: Pick<BuildSpec, 'source' | 'checkout'>,
  directory: string,
  options: { checkout: Checkout; clock: Clock; signal: AbortSignal; note: (text: string) => void },
): Promise<BuiltMerge | undefined> {
  if (spec.checkout === false) return undefined;
  const { checkout, signal, note } = options;
  return await checkOutPatiently(() => checkout(spec, directory, { signal, note }), options);
}

/** What steps find in their environment of it. */
export function mergeEnvironment(
  { checkout }: Pick<BuildSpec, 'checkout'>,
  built: BuiltMerge | undefined,
): Record<string, string> {
  const isMerge = built !== undefined && checkout !== false && built.ref === checkout?.merge?.ref;
  return isMerge ? { HOOKLINE_MERGE_SHA: built.sha } : {};
}
