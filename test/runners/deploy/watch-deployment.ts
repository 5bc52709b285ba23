import type {
  DeploymentEvent,
  DeploymentRequest,
  DeploymentTarget,
} from '../../../runners/deploy/deployment-target.ts';

/** Deploys, and tells with the outcome what was reported of it. `onEvent` may throw, as whoever reports may die. */
export async function watchDeployment(
  target: DeploymentTarget,
  request: DeploymentRequest,
  {
    signal,
    onEvent,
  }: { signal?: AbortSignal | undefined; onEvent?: ((event: DeploymentEvent) => void) | undefined },
) {
  const events: DeploymentEvent[] = [];
  const outcome = await target.deploy(request, {
    signal: signal ?? new AbortController().signal,
    report: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return {
    ...outcome,
    message: outcome.reason?.message ?? '',
    events,
    steps: events.flatMap((event) =>
      event.type === 'step-finished' ? [`${event.name} ${event.outcome}`] : [],
    ),
    statuses: events.flatMap((event) => (event.type === 'status' ? [event.status] : [])),
    text: events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join(''),
  };
}
