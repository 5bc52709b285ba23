import {
  type Accepted,
  type HeaderLookup,
  type IntakePorts,
  type IntakeRoute,
  intakeRoute,
} from '../intake-route.ts';
import { isObject, parsePayload } from '../parse-payload.ts';
import { isRepositoryName } from '../repository-name.ts';
import { requiredHeader } from '../required-header.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import { checkEventFits } from './event-fits-payload.ts';
import { jsonOfForm } from './json-of-form.ts';
import { knownEvents } from './known-events.ts';
import { type GithubSecrets, githubSignatureVerifier } from './verify-github-signature.ts';

/** Say which hook sent it and from which GitHub: enough to find the delivery on GitHub's side. */
const keptHeaders = [
  'user-agent',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
  'x-github-enterprise-host',
  'x-github-enterprise-version',
] as const;
const keptHeaderLength = 200;

/**
 * `POST /webhooks/github`. Takes every event whose signature is good, also those that build nothing: what becomes
 * of a delivery is decided, and said, by whoever reads the inbox.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function githubWebhook({ secrets, secretsOf, ...ports }: GithubSecrets & IntakePorts): IntakeRoute {
  const signatures = githubSignatureVerifier({ secrets, secretsOf });

  return intakeRoute(
    {
      source: 'github',
      path: '/webhooks/github',
      claimedEvent(header) {
        const event = header('x-github-event') ?? '';
        return knownEvents.has(event) ? event : 'other';
      },
      admit(header) {
        const signature = signatures.signatureIn(header('x-hub-signature-256'));
        return (body) => {
          const { onlyFor } = signatures.verify(body, signature);
          return readProved(header, body, onlyFor);
        };
      },
    },
    ports,
  );
}

/** What a delivery says whose sender is proved; that of a repository's own secret speaks for that one alone. */
export function readProved(header: HeaderLookup, signed: Buffer, onlyFor?: string): Accepted {
  const event = requiredHeader(header, 'X-GitHub-Event', /^[a-z0-9_]{1,64}$/);
  const deliveryId = requiredHeader(header, 'X-GitHub-Delivery', /^[\w.:-]{1,100}$/);
  const contentType = header('content-type') ?? '';
  // Anything but a form is read as JSON: the sender has proved to be ours, so its media type decides nothing more.
  const body = isForm(contentType) ? jsonOfForm(signed) : signed;
  const payload = parsePayload(body);
  const repository = repositoryOf(payload);
  if (onlyFor !== undefined && repository !== onlyFor) {
    throw new WebhookRefusal(
      'signature-mismatch',
      `the delivery is signed with the secret of ${onlyFor} alone, but it is not of that repository`,
    );
  }
  checkEventFits(event, payload);
  return {
    deliveryId,
    event,
    ...(repository === undefined ? {} : { repository }),
    contentType: contentType.slice(0, keptHeaderLength),
    headers: kept(header),
    body,
  };
}

function isForm(contentType: string): boolean {
  return contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function repositoryOf(payload: Record<string, unknown>): string | undefined {
  const repository = payload['repository'];
  const name = isObject(repository) ? repository['full_name'] : undefined;
  return typeof name === 'string' && isRepositoryName(name) ? name : undefined;
}

function kept(header: HeaderLookup): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = header(name);
    if (value !== undefined) found[name] = value.slice(0, keptHeaderLength);
  }
  return found;
}
