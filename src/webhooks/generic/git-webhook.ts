import { hash } from 'node:crypto';
import { usableSecrets } from '../hmac-signature.ts';
import { type Accepted, type IntakePorts, type IntakeRoute, intakeRoute } from '../intake-route.ts';
import { parsePayload } from '../parse-payload.ts';
import { readPayload } from '../read-payload.ts';
import { timestampedSignature } from '../timestamped-signature.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import { eventName, pushEvent } from './push-event.ts';

export type GitOptions = {
  /** Any of them signs. */
  secrets: readonly string[];
  /** Addresses by the names of the repositories that may be told of. */
  repositories: ReadonlyMap<string, string>;
  /** How far the sender's clock may be from ours, either way. */
  toleranceSeconds?: number;
};

const maxBytes = 64 * 1024;

/**
 * `POST /webhooks/git`: pushes to any git server, told by a hook there and signed as the bridge of CodeCommit signs. Code
 * is fetched from where the settings say, whatever address the sender names.
 */
export function gitWebhook({
  secrets,
  repositories,
  toleranceSeconds = 300,
  ...ports
}: GitOptions & IntakePorts): IntakeRoute {
  const usable = usableSecrets(secrets);

  function accept(body: Buffer, contentType: string): Accepted {
    const event = readPayload(pushEvent, parsePayload(body), 'a push');
    const { repository, cloneUrl } = event;
    const known = repositories.get(repository);
    if (known === undefined) {
      throw new WebhookRefusal(
        'repository-unknown',
        `repository ${repository} is not known here: name it with its address in HOOKLINE_GIT_REPOSITORIES`,
      );
    }
    if (cloneUrl !== undefined && cloneUrl !== known) {
      throw new WebhookRefusal(
        'event-does-not-fit',
        `cloneUrl is not the address that HOOKLINE_GIT_REPOSITORIES has of ${repository}: make them the same, or leave cloneUrl out`,
      );
    }
    return {
      deliveryId: event.id ?? hash('sha256', body),
      event: eventName(event),
      repository,
      contentType: contentType.slice(0, 200),
      headers: {},
      body,
    };
  }

  return intakeRoute(
    {
      source: 'git',
      path: '/webhooks/git',
      claimedEvent: () => 'other',
      admit(header, receivedAtMs) {
        const verify = timestampedSignature({
          header,
          secrets: usable,
          secretName: 'HOOKLINE_GIT_SECRET',
          toleranceSeconds,
          nowMs: receivedAtMs,
        });
        return (body) => {
          verify(body);
          return accept(body, header('content-type') ?? '');
        };
      },
    },
    { maxBytes, ...ports },
  );
}
