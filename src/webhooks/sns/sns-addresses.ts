import { WebhookRefusal } from '../webhook-refusal.ts';

const topicArn = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{1,30}):\d{12}:[\w-]{1,256}$/;

export function isTopicArn(text: string): boolean {
  return topicArn.test(text);
}

/** Where SNS of a topic's region is reached, and nowhere else: a message names the addresses it wants to be visited. */
function originOf(topic: string): string {
  const [, partition, region] = topicArn.exec(topic) ?? [];
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/**
 * The address of the certificate, if it is one that SNS gives for this topic. The path is pinned besides the host: the
 * same host answers API calls, and some of those answer with what a stranger stored there.
 */
export function certificateUrl(text: string, topic: string): URL {
  const url = ownAddress(text, topic);
  if (url?.search === '' && /^\/SimpleNotificationService-[\w-]{1,100}\.pem$/.test(url.pathname)) return url;
  throw new WebhookRefusal(
    'certificate-url-refused',
    `SigningCertURL is no address of a certificate of SNS, which begin with ${originOf(topic)}/SimpleNotificationService-`,
  );
}

/** The address that confirms the subscription, if it is SNS's own and for this topic. */
export function subscribeUrl(text: string, topic: string): URL {
  const url = ownAddress(text, topic);
  const { searchParams } = url ?? new URL('https://none.invalid');
  const isConfirmation = searchParams.get('Action') === 'ConfirmSubscription';
  if (url?.pathname === '/' && isConfirmation && searchParams.get('TopicArn') === topic) return url;
  throw new WebhookRefusal(
    'subscribe-url-refused',
    `SubscribeURL is no confirmation of a subscription at ${originOf(topic)}/ for the topic ${topic}`,
  );
}

function ownAddress(text: string, topic: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.hash === '';
  return isPlain && url.origin === originOf(topic) ? url : undefined;
}
