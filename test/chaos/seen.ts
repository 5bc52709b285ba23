import type { DeliveryJson, JobJson, RunJson } from '../support/hookline-scene.ts';

type Attempt = JobJson['attempts'][number];

/** The part of a run, as the API tells it, that is held against what was promised. */
export type SeenRun = Pick<
  RunJson,
  'id' | 'number' | 'repository' | 'sha' | 'status' | 'reason' | 'deliveryId' | 'deployments' | 'statuses'
> & { jobs: readonly SeenJob[] };

export type SeenJob = Pick<JobJson, 'id' | 'name' | 'kind' | 'status' | 'reason'> & {
  attempts: readonly (Pick<Attempt, 'number' | 'status' | 'triedAgain'> & {
    steps: readonly Pick<Attempt['steps'][number], 'index'>[];
  })[];
};

export type SeenDelivery = Pick<
  DeliveryJson,
  'id' | 'deliveryId' | 'outcome' | 'reason' | 'problem' | 'runIds' | 'replayOf'
>;
