import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { codecommitWebhook } from '../webhooks/codecommit/codecommit-webhook.ts';
import { eventbridgeWebhook } from '../webhooks/eventbridge/eventbridge-webhook.ts';
import { gitWebhook } from '../webhooks/generic/git-webhook.ts';
import { githubWebhook } from '../webhooks/github/github-webhook.ts';
import type { IntakePorts, IntakeRoute } from '../webhooks/intake-route.ts';
import { fetchFromSns } from '../webhooks/sns/fetch-from-sns.ts';
import { snsWebhook } from '../webhooks/sns/sns-webhook.ts';

/** Every door that deliveries come in by. One whose secret is not set says so to whoever knocks. */
export function openWebhooks(config: Config, ports: IntakePorts & { log: Log }): IntakeRoute[] {
  const { secrets, snsTopics, eventbridgeKeys } = config.codecommit;
  return [
    githubWebhook({ secrets: config.github.secrets, ...ports }),
    codecommitWebhook({ secrets, ...ports }),
    snsWebhook({ topics: snsTopics, fetchFromSns, ...ports }),
    eventbridgeWebhook({ keys: eventbridgeKeys, ...ports }),
    gitWebhook({ secrets: config.git.secrets, repositories: config.git.repositories, ...ports }),
  ];
}
