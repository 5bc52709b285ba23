import { z } from 'zod';
import type { DeliveryLog, Hook, SentAttempt } from '../runs/delivery-log.ts';
import { ForgeRefusal } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi, type GithubAnswer } from './github-api.ts';

const idJson = z.union([z.int(), z.string()]).transform(String);
const hooksJson = z.array(z.object({ id: idJson, config: z.object({ url: z.string().optional() }) }));

const attemptsJson = z.array(
  z.object({
    id: idJson,
    guid: z.string(),
    delivered_at: z.iso.datetime({ offset: true }),
    event: z.string(),
    status_code: z.int(),
  }),
);

const attemptJson = z.object({
  request: z.object({ payload: z.record(z.string(), z.unknown()) }),
});

const perPage = 100;
/** Three thousand attempts. */
const mostPages = 30;

/**
 * The log that GitHub keeps of what it sent to the webhooks of repositories, for three days.
 * https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
 */
export function createGithubDeliveryLog(options: {
  apiUrl: string;
  access: GithubAccess;
  /** Where the webhook of this service leads. */
  hookUrl: string;
}): DeliveryLog {
  // An API of its own: when reading is refused or slow, statuses are posted all the same.
  const api = createGithubApi({ ...options, permissions: { repository_hooks: 'read' } });

  async function read(repository: string, path: string, signal: AbortSignal): Promise<GithubAnswer> {
    try {
      return await api.get(`/repos/${repository}/hooks${path}`, signal);
    } catch (error) {
      if (!(error instanceof ForgeRefusal)) throw error;
      // To a token that lacks the right GitHub says "not found" as readily as "forbidden".
      const remedy = `GITHUB_TOKEN must be allowed to read the webhooks of ${repository} ("Webhooks: read", or admin:repo_hook)`;
      throw new ForgeRefusal('refused', `${error.message}; ${remedy}`, { cause: error });
    }
  }

  const pathOf = ({ id }: Hook) => `/${encodeURIComponent(id)}/deliveries`;

  return {
    async hookOf(repository, { signal }) {
      const { text } = await read(repository, `?per_page=${perPage}`, signal);
      return hooksJson.parse(parsed(text)).find(({ config }) => config.url === options.hookUrl)?.id;
    },

    async sentSince(hook, sinceMs, { signal }) {
      const attempts: SentAttempt[] = [];
      let cursor: string | undefined;
      for (let page = 1; page <= mostPages; page += 1) {
        const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { text, next } = await read(
          hook.repository,
          `${pathOf(hook)}?per_page=${perPage}${after}`,
          signal,
        );
        const found = attemptsJson.parse(parsed(text)).map(attemptOf);
        attempts.push(...found.filter(({ sentAtMs }) => sentAtMs >= sinceMs));
        const isThrough = found.some(({ sentAtMs }) => sentAtMs < sinceMs);
        if (isThrough || next === undefined) return { attempts, isCut: false };
        cursor = next;
      }
      return { attempts, isCut: true };
    },

    async payloadOf(hook, attempt, { signal }) {
      const { text } = await read(
        hook.repository,
        `${pathOf(hook)}/${encodeURIComponent(attempt.id)}`,
        signal,
      );
      return JSON.stringify(attemptJson.parse(JSON.parse(text)).request.payload);
    },
  };
}

/** Ids are counted over all of GitHub: one that is no exact number any more is kept as text. */
function parsed(text: string): unknown {
  return JSON.parse(text.replaceAll(/("id":\s*)(\d{16,})/g, '$1"$2"'));
}

function attemptOf(entry: z.output<typeof attemptsJson>[number]): SentAttempt {
  return {
    id: entry.id,
    deliveryId: entry.guid,
    event: entry.event,
    sentAtMs: Date.parse(entry.delivered_at),
    // 0 when nobody answered.
    wasTaken: entry.status_code >= 200 && entry.status_code < 300,
  };
}
