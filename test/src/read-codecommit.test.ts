import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { isTopicArn } from '../../src/webhooks/sns/sns-addresses.ts';

const topic = 'arn:aws:sns:eu-central-1:111122223333:pushes';
const chinese = 'arn:aws-cn:sns:cn-north-1:111122223333:pushes';

describe('CODECOMMIT_SNS_TOPICS', () => {
  it('names topics as the door knows them', () => {
    const { snsTopics } = readConfig({ CODECOMMIT_SNS_TOPICS: `${topic}, ${chinese}` }).codecommit;
    expect(snsTopics).toEqual([topic, chinese]);
    expect(snsTopics.every(isTopicArn)).toBe(true);
    expect(readConfig({}).codecommit.snsTopics).toEqual([]);
  });

  it.each([
    '*',
    'pushes',
    `${topic},`,
    'arn:aws:sns:eu-central-1:111122223333:*',
    'arn:aws:sns:evil.com/x:111122223333:pushes',
    'arn:aws:sqs:eu-central-1:111122223333:pushes',
    // Such topics deliver to queues alone.
    `${topic}.fifo`,
  ])('refuses %s', (text) => {
    expect(isTopicArn(text)).toBe(false);
    expect(() => readConfig({ CODECOMMIT_SNS_TOPICS: text })).toThrow('CODECOMMIT_SNS_TOPICS is');
  });
});

describe('CODECOMMIT_EVENTBRIDGE_KEY', () => {
  const keys = ['0123456789abcdef', 'fedcba9876543210'];

  it('is a key, or several while it is changed', () => {
    const text = keys.join(', ');
    expect(readConfig({ CODECOMMIT_EVENTBRIDGE_KEY: text }).codecommit.eventbridgeKeys).toEqual(keys);
    expect(readConfig({}).codecommit.eventbridgeKeys).toEqual([]);
  });

  it.each(['short', `${keys[0]},`, `${keys[0]},short`])('refuses %s, and does not repeat it', (text) => {
    expect(() => readConfig({ CODECOMMIT_EVENTBRIDGE_KEY: text })).toThrow(
      /CODECOMMIT_EVENTBRIDGE_KEY is a value \(not shown\)/,
    );
  });
});
