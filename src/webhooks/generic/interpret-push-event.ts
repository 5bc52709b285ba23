import type { Interpretation } from '../../runs/change.ts';
import { branchOrTag, isNoObject } from '../git-names.ts';
import { readPayload } from '../read-payload.ts';
import { pushEvent } from './push-event.ts';

/** Says what a push asks to be built that somebody told us of. Pure; throws a `WebhookRefusal` when it cannot be read. */
export function interpretPushEvent({ payload }: { payload: unknown }): Interpretation {
  const { repository, ref, before, after, pusher } = readPayload(pushEvent, payload, 'a push');
  const target = branchOrTag(ref);
  if (target === undefined) return { ignored: `${ref} is neither a branch nor a tag` };
  if (isNoObject(after)) {
    const deleted = target.kind === 'branch' ? { deleted: [{ repository, name: target.name }] } : {};
    return { ignored: `${target.kind} ${target.name} was deleted`, ...deleted };
  }
  return {
    changes: [
      {
        provider: 'git',
        event: target.kind === 'tag' ? 'tag' : 'push',
        repository,
        ref,
        sha: after,
        ...(before === undefined || isNoObject(before) ? {} : { before }),
        ...(target.kind === 'tag' ? { tag: target.name } : { branch: target.name }),
        fork: false,
        title: '',
        message: '',
        author: { name: pusher || 'unknown' },
        ...(pusher ? { sender: pusher } : {}),
      },
    ],
  };
}
