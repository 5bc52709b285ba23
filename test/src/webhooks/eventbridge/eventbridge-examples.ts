import { newId } from '../../../../src/ids.ts';
import { silentLog } from '../../../../src/log.ts';
import { eventbridgeWebhook } from '../../../../src/webhooks/eventbridge/eventbridge-webhook.ts';
import { memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { askable } from '../../../support/ask-listener.ts';

export const key = 'a key of the connection';
export const commit = '5c4ef1049f1d27deadbeeff313e0730018be182b';
export const before = '3e5983dea2a1c09fdfdb7a5b2ff5cb2bc0c9d4e2';
const person = 'arn:aws:sts::123456789012:assumed-role/Admin/Mary_Major';

const common = {
  version: '0',
  id: '01234567-89ab-cdef-0123-456789abcdef',
  source: 'aws.codecommit',
  account: '123456789012',
  time: '2026-06-12T10:23:43Z',
  region: 'us-east-2',
  resources: ['arn:aws:codecommit:us-east-2:123456789012:MyDemoRepo'],
};

/** As AWS documents it, with ids that are some. */
export function referenceEvent(detail: object = {}, changes: object = {}): Record<string, unknown> {
  return {
    ...common,
    'detail-type': 'CodeCommit Repository State Change',
    detail: {
      callerUserArn: person,
      commitId: commit,
      event: 'referenceUpdated',
      oldCommitId: before,
      referenceFullName: 'refs/heads/main',
      referenceName: 'main',
      referenceType: 'branch',
      repositoryId: '12345678-1234-5678-abcd-12345678abcd',
      repositoryName: 'MyDemoRepo',
      ...detail,
    },
    ...changes,
  };
}

export function pullRequestEvent(detail: object = {}): Record<string, unknown> {
  return {
    ...common,
    'detail-type': 'CodeCommit Pull Request State Change',
    detail: {
      author: 'arn:aws:iam::123456789012:user/Saanvi_Sarkar',
      callerUserArn: person,
      creationDate: 'Tue Feb 9 2026 10:18:42 PDT ',
      description: 'An example description.\nOf two lines.',
      destinationCommit: before,
      destinationReference: 'refs/heads/main',
      event: 'pullRequestCreated',
      isMerged: 'False',
      lastModifiedDate: 'Tue Feb 9 2026 10:18:42 PDT ',
      notificationBody: 'A pull request event occurred …',
      pullRequestId: '7',
      pullRequestStatus: 'Open',
      repositoryNames: ['MyDemoRepo'],
      revisionId: 'bdc0cb9b4example',
      sourceCommit: commit,
      sourceReference: 'refs/heads/test-branch',
      title: 'My example change',
      ...detail,
    },
  };
}

export function eventbridgeIntake(keys: readonly string[] = [key]) {
  const inbox = memoryInbox();
  const now = () => Date.parse('2026-06-12T10:23:44Z');
  const { answer } = eventbridgeWebhook({ keys, inbox, now, newId: () => newId(), log: silentLog });
  const app = askable(answer);
  async function post(event: unknown, headers: Record<string, string> = { 'x-api-key': key }) {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const sent = Object.entries({ 'content-type': 'application/json; charset=utf-8', ...headers });
    const response = await app.request('/webhooks/eventbridge', { method: 'POST', body, headers: sent });
    const answered = (await response.json()) as {
      id?: string;
      code?: string;
      detail?: string;
      duplicate?: true;
    };
    return { status: response.status, ...answered };
  }
  return { inbox, post };
}
