import { z } from 'zod';
import type { Interpretation } from '../../runs/change.ts';
import { isReference } from '../git-names.ts';
import { messageFrom, titleFrom } from '../plain-text.ts';
import { branchName, readPayload, repositoryName, shortText } from '../read-payload.ts';

const login = z.object({ login: shortText });
const repository = z.object({ full_name: repositoryName, default_branch: branchName });

/** What we read of a release. https://docs.github.com/en/webhooks/webhook-events-and-payloads#release */
const releasePayload = z.object({
  action: shortText,
  release: z.object({
    tag_name: z.string().refine((name) => isReference(`refs/tags/${name}`), 'must be the name of a tag'),
    name: z.string().nullish(),
    body: z.string().nullish(),
    draft: z.boolean().nullish(),
    author: login.nullish(),
  }),
  repository,
  sender: login.nullish(),
});

/** Nothing of these has a commit that one would want to build. */
const withoutCommit: ReadonlySet<string> = new Set(['deleted', 'unpublished']);

/** A release, by the tag that it is of. A draft has none yet. */
export function interpretRelease(payload: unknown): Interpretation {
  const event = readPayload(releasePayload, payload, 'a release');
  const { action, release } = event;
  if (withoutCommit.has(action) || release.draft === true) {
    return { ignored: `release action ${action}${release.draft ? ' of a draft' : ''} builds nothing` };
  }
  const author = release.author?.login ?? event.sender?.login;
  return {
    ignored: `the commit of tag ${release.tag_name} cannot be looked up`,
    lookUp: {
      provider: 'github',
      event: 'release',
      repository: event.repository.full_name,
      ref: `refs/tags/${release.tag_name}`,
      tag: release.tag_name,
      release: { action },
      fork: false,
      title: titleFrom(release.name || release.tag_name),
      message: messageFrom(release.body ?? ''),
      author: author === undefined ? { name: 'unknown' } : { name: author, login: author },
      ...(event.sender ? { sender: event.sender.login } : {}),
      defaultBranch: event.repository.default_branch,
    },
  };
}

/** What we read of a dispatch. https://docs.github.com/en/webhooks/webhook-events-and-payloads#repository_dispatch */
const dispatchPayload = z.object({
  action: shortText,
  branch: branchName,
  client_payload: z.unknown(),
  repository,
  sender: login.nullish(),
});

/** The environment of a process has room for so much. */
const mostPayloadBytes = 64 * 1024;

/** What whoever may write to the repository dispatched by the API, for the branch that the event names: the default one. */
export function interpretDispatch(payload: unknown): Interpretation {
  const event = readPayload(dispatchPayload, payload, 'a repository_dispatch');
  const sent = JSON.stringify(event.client_payload ?? {});
  if (Buffer.byteLength(sent) > mostPayloadBytes) {
    return { ignored: `the payload of dispatch ${event.action} has more than ${mostPayloadBytes} bytes` };
  }
  const by = event.sender?.login;
  return {
    ignored: `the commit of branch ${event.branch} cannot be looked up`,
    lookUp: {
      provider: 'github',
      event: 'dispatch',
      repository: event.repository.full_name,
      ref: `refs/heads/${event.branch}`,
      branch: event.branch,
      dispatch: { type: event.action, payload: sent },
      fork: false,
      title: `${event.action}${by === undefined ? '' : ` dispatched by ${by}`}`,
      message: '',
      author: by === undefined ? { name: 'unknown' } : { name: by, login: by },
      ...(by === undefined ? {} : { sender: by }),
      defaultBranch: event.repository.default_branch,
    },
  };
}
