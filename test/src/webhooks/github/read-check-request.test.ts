import { describe, expect, it } from 'vitest';
import { readCheckRequest } from '../../../../src/webhooks/github/read-check-request.ts';
import { WebhookRefusal } from '../../../../src/webhooks/webhook-refusal.ts';
import { examplePayload, type Json } from '../../../githost/example-payload.ts';

const withId = (payload: Json): Json => ({
  ...payload,
  check_run: { ...(payload['check_run'] as Json), external_id: 'job1' },
});

describe('of what GitHub really sends', () => {
  it('a check that is requested again asks for another attempt', () => {
    const payload = withId(examplePayload('check_run', 'rerequested'));
    expect(readCheckRequest({ event: 'check_run', payload })).toEqual({
      repository: 'github/hello-world',
      sha: 'd6fde92930d4715a2b49857d24b940956b26d2d3',
      externalId: 'job1',
      ask: 'rerun',
      by: 'octocat',
    });
  });

  it('a button of ours asks for what it says', () => {
    const payload = {
      ...withId(examplePayload('check_run', 'requested_action')),
      requested_action: { identifier: 'approve' },
    };
    expect(readCheckRequest({ event: 'check_run', payload })).toMatchObject({ ask: 'approve' });
  });

  it('all checks of a commit may be requested again', () => {
    const payload = examplePayload('check_suite', 'rerequested');
    const request = readCheckRequest({ event: 'check_suite', payload });
    expect(request).toMatchObject({ repository: 'Codertocat/Hello-World', ask: 'rerun' });
    expect(request).not.toHaveProperty('externalId');
  });

  it.each([
    ['check_run', 'created'],
    ['check_run', 'completed'],
    ['check_suite', 'requested'],
    ['pull_request', 'opened'],
  ])('%s %s asks for nothing', (event, action) => {
    expect(readCheckRequest({ event, payload: examplePayload(event, action) })).toBeUndefined();
  });

  it('the check of somebody else, and a button that we never made, ask for nothing', () => {
    const payload = examplePayload('check_run', 'rerequested');
    expect(readCheckRequest({ event: 'check_run', payload })).toBeUndefined();
    const other = withId({ ...payload, action: 'requested_action', requested_action: { identifier: 'fix' } });
    expect(readCheckRequest({ event: 'check_run', payload: other })).toBeUndefined();
  });
});

it('a payload that is none is refused', () => {
  const payload = { action: 'rerequested', check_run: { head_sha: 'x' } };
  expect(() => readCheckRequest({ event: 'check_run', payload })).toThrow(WebhookRefusal);
});
