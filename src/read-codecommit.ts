import { parseUrl } from './parse-setting.ts';

/** How CodeCommit's events are proved, one way or the other, and where its code is. */
export type CodecommitSettings = Readonly<{
  /** Of the Lambda bridge. */
  secrets: readonly string[];
  /** ARNs of the topics of SNS that are taken from. */
  snsTopics: readonly string[];
  /** Any of them proves an event of EventBridge. */
  eventbridgeKeys: readonly string[];
  gitUrl?: string;
}>;

type Check = <T>(name: string, wanted: string, parse: (text: string) => T | undefined) => T | undefined;

export function readCodecommit(read: (name: string) => string | undefined, check: Check): CodecommitSettings {
  const secret = read('CODECOMMIT_WEBHOOK_SECRET');
  const snsTopics = check(
    'CODECOMMIT_SNS_TOPICS',
    'ARNs such as arn:aws:sns:eu-central-1:111122223333:pushes, several with commas between',
    parseTopics,
  );
  const eventbridgeKeys = check(
    'CODECOMMIT_EVENTBRIDGE_KEY',
    'a key of at least 16 characters, several with commas between',
    parseKeys,
  );
  const gitUrl = check('CODECOMMIT_GIT_URL', 'an address such as https://ci.example.com', parseUrl);
  return {
    secrets: secret === undefined ? [] : [secret],
    snsTopics: snsTopics ?? [],
    eventbridgeKeys: eventbridgeKeys ?? [],
    ...(gitUrl === undefined ? {} : { gitUrl }),
  };
}

/** FIFO topics are missing on purpose: they deliver to no HTTPS endpoint. */
function parseTopics(text: string): string[] | undefined {
  const topics = partsOf(text);
  const form = /^arn:(aws|aws-cn|aws-us-gov):sns:[a-z0-9-]{1,30}:\d{12}:[\w-]{1,256}$/;
  return topics.every((topic) => form.test(topic)) ? topics : undefined;
}

function parseKeys(text: string): string[] | undefined {
  const keys = partsOf(text);
  return keys.every((key) => key.length >= 16) ? keys : undefined;
}

function partsOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
