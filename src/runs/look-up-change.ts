import type { Interpretation, LookUp } from './change.ts';
import { type Forge, SourceRefusal } from './forge.ts';
import { remoteOf } from './learn-schedules.ts';
import type { RemoteRefs } from './remote-refs.ts';

/** The change with the commit that its reference stands at now; a tag may be an object of its own, which is peeled later. */
export async function lookUpChange(
  change: LookUp,
  { forge, refs, mayTryAgain }: { forge: Forge; refs: RemoteRefs; mayTryAgain: boolean },
  signal: AbortSignal,
): Promise<Interpretation | { again: string }> {
  try {
    const remote = await remoteOf(change, forge, signal);
    const sha = (await refs.list(remote, [change.ref], { signal })).get(change.ref);
    return sha === undefined
      ? { ignored: `${change.ref} does not exist` }
      : { changes: [{ ...change, sha }] };
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    const passing = error.code === 'unreachable' || error.code === 'timeout';
    if (passing && mayTryAgain) return { again: error.message };
    return { ignored: `what ${change.ref} stands at cannot be asked: ${error.message}` };
  }
}
