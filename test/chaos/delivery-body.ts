import { createHash, createHmac } from 'node:crypto';
import { secret } from '../bench/push-body.ts';
import type { ChaosRepository } from './chaos-repositories.ts';
import type { PlannedDelivery } from './plan-deliveries.ts';

/** The one that the load of the benchmarks is signed with, which the soak sends as well. */
export const webhookSecret = secret;

/** A delivery as GitHub sends it; two that are planned never have the same body. */
export function signedRequest(
  delivery: PlannedDelivery,
  repository: ChaosRepository,
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(payloadOf(delivery, repository));
  const key = delivery.expects === 'refused' ? 'another secret' : webhookSecret;
  const signature = createHmac('sha256', key).update(body).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': eventOf(delivery),
      'x-github-delivery': delivery.id,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  };
}

function eventOf({ kind }: PlannedDelivery): string {
  return kind === 'ping' ? 'ping' : 'push';
}

function payloadOf(delivery: PlannedDelivery, { name, commits, unwanted }: ChaosRepository): object {
  const nonce = createHash('sha1').update(delivery.id).digest('hex');
  const repository = { id: 1, name: name.split('/')[1], full_name: name, default_branch: 'main' };
  const sender = { login: 'ada', id: 1 };
  if (delivery.kind === 'ping') return { zen: nonce, hook_id: 1, hook: {}, repository, sender };
  const isDeleted = delivery.kind === 'deleted branch';
  const branch = delivery.expects === 'run' ? delivery.id : 'topic';
  const after = isDeleted ? '0'.repeat(40) : (commits.get(delivery.id) ?? unwanted);
  const person = { name: 'Ada', email: 'ada@example.com', username: 'ada' };
  const commit = { id: after, message: `Change ${delivery.id}`, author: person, committer: person };
  return {
    ref: `refs/heads/${branch}`,
    before: nonce,
    after,
    created: false,
    deleted: isDeleted,
    forced: false,
    head_commit: isDeleted ? null : commit,
    commits: isDeleted ? [] : [commit],
    pusher: { name: 'ada', email: 'ada@example.com' },
    repository,
    sender,
  };
}
