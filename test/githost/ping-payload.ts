import type { BareRepository } from './bare-repository.ts';
import { type HostUrls, ownerOf, repositoryJson, userJson } from './repository-json.ts';
import type { Hook } from './webhooks.ts';

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping */
export function pingPayload(urls: HostUrls, repository: BareRepository, hook: Hook) {
  const api = `${urls.apiUrl}/repos/${repository.fullName}/hooks/${hook.id}`;
  return {
    zen: 'Keep it logically awesome.',
    hook_id: hook.id,
    hook: {
      type: 'Repository',
      id: hook.id,
      name: 'web',
      active: true,
      events: hook.events,
      config: { content_type: hook.contentType, url: hook.url, insecure_ssl: '0' },
      updated_at: hook.createdAt.toISOString(),
      created_at: hook.createdAt.toISOString(),
      url: api,
      test_url: `${api}/test`,
      ping_url: `${api}/pings`,
      last_response: { code: null, status: 'unused', message: null },
    },
    repository: repositoryJson(urls, repository),
    sender: userJson(urls, ownerOf(repository.fullName)),
  };
}
