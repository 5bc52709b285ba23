import { createHash, createHmac } from 'node:crypto';
import { examplesOf } from '../src/webhooks/github/examples.ts';

/** One push as GitHub sends it, cut open where one delivery differs from the next. */
export type PushTemplate = { head: string; tail: string };

export type SignedPush = { deliveryId: string; nonce: string; signature: string };

export const secret = 'a secret for the bench';
/** Stands in for `before`, the commit that the branch was at: any will do. */
const placeholder = 'f'.repeat(40);

/** GitHub's own example of 7.7 KB, about another repository, branch and commit. */
export function pushTemplate(push: { repository: string; branch: string; sha: string }): PushTemplate {
  const sizeOf = (value: object) => JSON.stringify(value).length;
  const [example] = examplesOf('push').toSorted((a, b) => sizeOf(b.payload) - sizeOf(a.payload));
  if (!example) throw new Error('there is no example of a push');
  const person = { name: 'Ada', email: 'ada@example.com', username: 'ada' };
  const commit = {
    id: push.sha,
    tree_id: push.sha,
    distinct: true,
    message: 'Say hello',
    timestamp: '2026-11-01T12:00:00Z',
    url: `https://github.com/${push.repository}/commit/${push.sha}`,
    author: person,
    committer: person,
    added: [],
    removed: [],
    modified: ['README.md'],
  };
  const payload = {
    ...example.payload,
    ref: `refs/heads/${push.branch}`,
    before: placeholder,
    after: push.sha,
    created: false,
    deleted: false,
    head_commit: commit,
    commits: [commit],
    repository: { ...(example.payload['repository'] as object), full_name: push.repository },
  };
  const [head = '', tail = ''] = JSON.stringify(payload).split(placeholder);
  return { head, tail };
}

/** The n-th push of a series: its own delivery id, its own body. */
export function signPush({ head, tail }: PushTemplate, series: string, index: number): SignedPush {
  const deliveryId = `${series}-${index}`;
  const nonce = createHash('sha1').update(deliveryId).digest('hex');
  const signature = createHmac('sha256', secret).update(head).update(nonce).update(tail).digest('hex');
  return { deliveryId, nonce, signature };
}

export function pushHeaders({ deliveryId, signature }: SignedPush): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': 'push',
    'x-github-delivery': deliveryId,
    'x-github-hook-id': '292430182',
    'x-github-hook-installation-target-type': 'repository',
    'x-hub-signature-256': `sha256=${signature}`,
  };
}
