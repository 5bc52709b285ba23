import { z } from 'zod';
import { repositoryArn } from '../codecommit/codecommit-event.ts';
import type { Accepted } from '../intake-route.ts';
import { isObject } from '../parse-payload.ts';
import { readPayload } from '../read-payload.ts';

/**
 * What every event of CodeCommit on EventBridge has. `resources` holds the repository, where the event is of one.
 * https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
 */
export const eventbridgeEvent = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/, 'must be an event id'),
  source: z.literal('aws.codecommit'),
  'detail-type': z.string().min(1).max(128),
  resources: z.array(z.string()).default([]),
  detail: z.record(z.string(), z.unknown()),
});

export function isOfEventbridge(payload: unknown): payload is Record<string, unknown> {
  return isObject(payload) && Object.hasOwn(payload, 'detail-type');
}

/** The repository among the resources. */
export function repositoryIn(resources: readonly string[]): z.output<typeof repositoryArn> | undefined {
  return resources.map((arn) => repositoryArn.safeParse(arn)).find(({ success }) => success)?.data;
}

/** An event, proved by whoever brought it. EventBridge keeps its `id` however often it delivers. */
export function acceptEventbridgeEvent(
  payload: Record<string, unknown>,
  body: Buffer,
  contentType: string,
  headers: Record<string, string>,
): Accepted {
  const { id, resources, detail, ...event } = readPayload(eventbridgeEvent, payload, 'an EventBridge event');
  const name = detail['event'];
  const repository = repositoryIn(resources)?.repository;
  return {
    deliveryId: id,
    event: typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : event['detail-type'],
    ...(repository === undefined ? {} : { repository }),
    contentType: contentType.slice(0, 200),
    headers,
    body,
  };
}
