import { rm } from 'node:fs/promises';
import type { DeploymentOutcome } from '../deployment-target.ts';
import { isStillRunning } from './process-identity.ts';
import { stopGroup } from './stop-group.ts';
import type { DeploymentRecord, TargetState, TargetStore } from './target-store.ts';

/** Bundles that are kept beside that of the last successful deployment, for its stop scripts and for looking. */
const keptRevisions = 5;

/** Writes the end of a deployment down: first its journal, which decides, then what follows from it. */
export async function endDeployment(
  store: TargetStore,
  record: DeploymentRecord,
  { outcome, reason }: DeploymentOutcome,
  atMs: number,
): Promise<void> {
  const { script: _, ...rest } = record;
  const ended: DeploymentRecord = { ...rest, ended: { atMs, outcome, ...(reason && { reason }) } };
  await store.writeDeployment(ended);
  await conclude(store, await store.readState(), ended);
}

/**
 * Settles the deployment that was under way when hookline was cut off, if there is one. The caller holds the
 * lock, so nobody carries it out any more. One that had changed nothing is forgotten and may start afresh;
 * any other ends as an error, since nobody can know how far its last script came.
 */
export async function settleInterrupted(
  store: TargetStore,
  { graceMs, nowMs }: { graceMs: number; nowMs: number },
): Promise<void> {
  const state = await store.readState();
  if (state.current === undefined) return;
  const record = await store.readDeployment(state.current);
  if (record?.ended) return conclude(store, state, record);
  if (!record?.changed) {
    await rm(store.staging(state.current), { recursive: true, force: true });
    await store.forgetDeployment(state.current);
    const { current, ...others } = state;
    return store.writeState({ ...others, revisions: others.revisions.filter((each) => each !== current) });
  }
  let stopped = '';
  if (record.script && (await isStillRunning(record.script))) {
    await stopGroup({ processGroup: record.script.processId, graceMs });
    stopped = ' Its script was still running and has been stopped.';
  }
  const message = `The deployment was interrupted during ${record.event}: hookline ended or lost the machine. Its scripts are not run a second time; look at the host, then deploy again.${stopped}`;
  await endDeployment(store, record, { outcome: 'error', reason: { code: 'interrupted', message } }, nowMs);
}

async function conclude(store: TargetStore, { current: _, ...state }: TargetState, record: DeploymentRecord) {
  const lastSuccessful = record.ended?.outcome === 'success' ? record.deploymentId : state.lastSuccessful;
  const newest = state.revisions.slice(-keptRevisions);
  const next: TargetState = {
    ...state,
    ...(lastSuccessful !== undefined && { lastSuccessful }),
    revisions: state.revisions.filter((id) => id === lastSuccessful || newest.includes(id)),
  };
  await store.writeState(next);
  await store.prune(next);
}
