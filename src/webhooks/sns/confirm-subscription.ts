import { messageOf } from '../../errors.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import type { FetchFromSns } from './fetch-from-sns.ts';
import { subscribeUrl } from './sns-addresses.ts';

/** Visits the address that makes a subscription one. Doing it twice does no harm; SNS asks again after a 503. */
export async function confirmSubscription(
  { SubscribeURL, TopicArn }: { SubscribeURL: string; TopicArn: string },
  fetchFromSns: FetchFromSns,
): Promise<void> {
  const url = subscribeUrl(SubscribeURL, TopicArn);
  const answer = await fetchFromSns(url).catch((error: unknown) => {
    throw failed(`${url.host}: ${messageOf(error)}`);
  });
  if (answer.status !== 200) throw failed(`${url.host} answers ${answer.status}`);
}

function failed(why: string): WebhookRefusal {
  return new WebhookRefusal('confirmation-failed', `the subscription could not be confirmed: ${why}`);
}
