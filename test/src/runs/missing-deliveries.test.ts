import { describe, expect, it } from 'vitest';
import type { SentAttempt } from '../../../src/runs/delivery-log.ts';
import { missingDeliveries } from '../../../src/runs/missing-deliveries.ts';

const attempt = (deliveryId: string, sentAtMs: number, given: Partial<SentAttempt> = {}): SentAttempt => ({
  id: `${deliveryId}-${sentAtMs}`,
  deliveryId,
  event: 'push',
  sentAtMs,
  wasTaken: false,
  ...given,
});

const missing = (attempts: SentAttempt[], known: string[] = [], isFirstLook = false) =>
  missingDeliveries(attempts, { known: new Set(known), isFirstLook }).map(({ id }) => id);

describe('what is missing', () => {
  it('is what the inbox does not know, in the order in which it was sent', () => {
    const attempts = [attempt('c', 3), attempt('b', 2), attempt('a', 1)];
    expect(missing(attempts, ['b'])).toEqual(['a-1', 'c-3']);
  });

  it('is one delivery, however often it was tried', () => {
    expect(missing([attempt('a', 9), attempt('b', 5), attempt('a', 1)])).toEqual(['a-1', 'b-5']);
  });

  it('is nothing that can build nothing', () => {
    const events = ['push', 'pull_request', 'ping', 'issues', 'workflow_run'];
    const attempts = events.map((event, index) => attempt(event, index, { event }));
    expect(missing(attempts)).toEqual(['push-0', 'pull_request-1', 'ping-2']);
  });

  it('is also what somebody in between answered for, but not at the first look', () => {
    const attempts = [attempt('a', 1, { wasTaken: true }), attempt('b', 2)];
    expect(missing(attempts)).toEqual(['a-1', 'b-2']);
    expect(missing(attempts, [], true)).toEqual(['b-2']);
    expect(missing([attempt('a', 1), attempt('a', 2, { wasTaken: true })], [], true)).toEqual([]);
  });
});
