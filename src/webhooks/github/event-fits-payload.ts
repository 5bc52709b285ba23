import type { EmitterWebhookEvent, WebhookEventName } from '@octokit/webhooks/types';
import { WebhookRefusal } from '../webhook-refusal.ts';

type Payload<Event extends WebhookEventName> = EmitterWebhookEvent<Event>['payload'];

/** The keys that every action of an event has, and never without a value. */
type RequiredKeys<Shape> = {
  [Key in keyof Shape]-?: undefined extends Shape[Key] ? never : Key;
}[keyof Shape];

/** GitHub's schema calls every key of a ping optional, though each example has them. */
type KeysOf<Event extends WebhookEventName> = Event extends 'ping'
  ? keyof Payload<Event>
  : RequiredKeys<Payload<Event>>;

/**
 * What the payload of an event carries beside `action`, `repository`, `organization` and `sender`, in every
 * example of github.com and of Enterprise Server 3.1 to 3.5. `X-GitHub-Event` is not signed, the body is: without
 * this a captured body could be sent again under another name.
 */
const carried = {
  branch_protection_rule: ['rule'],
  check_run: ['check_run'],
  check_suite: ['check_suite'],
  code_scanning_alert: ['alert', 'ref', 'commit_oid'],
  commit_comment: ['comment'],
  create: ['ref', 'ref_type', 'master_branch'],
  delete: ['ref', 'ref_type', 'pusher_type'],
  dependabot_alert: ['alert'],
  deploy_key: ['key'],
  deployment: ['deployment'],
  deployment_review: ['workflow_run'],
  deployment_status: ['deployment', 'deployment_status'],
  discussion: ['discussion'],
  discussion_comment: ['discussion', 'comment'],
  fork: ['forkee'],
  gollum: ['pages'],
  installation: ['installation'],
  installation_repositories: ['installation', 'repositories_added', 'repositories_removed'],
  issue_comment: ['issue', 'comment'],
  issues: ['issue'],
  label: ['label'],
  marketplace_purchase: ['marketplace_purchase'],
  member: ['member'],
  membership: ['member', 'team'],
  merge_group: ['merge_group'],
  meta: ['hook', 'hook_id'],
  milestone: ['milestone'],
  org_block: ['blocked_user'],
  package: ['package'],
  page_build: ['build'],
  ping: ['zen', 'hook_id'],
  project: ['project'],
  project_card: ['project_card'],
  project_column: ['project_column'],
  projects_v2_item: ['projects_v2_item'],
  pull_request: ['number', 'pull_request'],
  pull_request_review: ['pull_request', 'review'],
  pull_request_review_comment: ['pull_request', 'comment'],
  pull_request_review_thread: ['pull_request', 'thread'],
  push: ['ref', 'before', 'after', 'commits', 'pusher'],
  release: ['release'],
  repository_dispatch: ['branch', 'client_payload'],
  repository_vulnerability_alert: ['alert'],
  secret_scanning_alert: ['alert'],
  secret_scanning_alert_location: ['alert', 'location'],
  security_advisory: ['security_advisory'],
  sponsorship: ['sponsorship'],
  status: ['sha', 'state', 'commit'],
  team: ['team'],
  team_add: ['team'],
  workflow_dispatch: ['inputs', 'workflow'],
  workflow_job: ['workflow_job'],
  workflow_run: ['workflow_run'],
} as const satisfies { [Event in WebhookEventName]?: readonly KeysOf<Event>[] };

/** The events whose bodies are taken under no name but their own: they build, command, or tell a person that a hook works. */
const ownNameOnly = [
  'push',
  'pull_request',
  'issue_comment',
  'ping',
] as const satisfies readonly WebhookEventName[];

/** By any name a stranger may send, `constructor` included. */
const carriedBy: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(carried));

/**
 * Refuses a payload that is not one of the event it is sent as: it lacks what that event carries, or it is a push
 * (a pull request, a comment, a ping) under another name. The latter holds for unknown names as well: recorded as something
 * that builds nothing, it would make the real delivery of the same body a duplicate, and a push would be lost.
 */
export function checkEventFits(event: string, payload: Record<string, unknown>): void {
  const lacking = carriedBy.get(event)?.filter((key) => !Object.hasOwn(payload, key)) ?? [];
  if (lacking.length > 0) {
    throw new WebhookRefusal(
      'event-does-not-fit',
      `X-GitHub-Event says ${event}, but the payload has no ${lacking.join(', ')}: it is of another event`,
    );
  }
  const actual = ownNameOnly.find(
    (name) => name !== event && carried[name].every((key) => Object.hasOwn(payload, key)),
  );
  if (actual !== undefined) {
    throw new WebhookRefusal(
      'event-does-not-fit',
      `X-GitHub-Event says ${event}, but the payload is that of ${actual}`,
    );
  }
}
