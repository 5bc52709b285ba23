import { z } from 'zod';
import type { CheckRequest } from '../../runs/check-request.ts';
import { checkActions } from '../../runs/check-run.ts';
import { objectId, readPayload, repositoryName, shortText } from '../read-payload.ts';

const actionOnly = z.object({ action: shortText });

const asked = z.object({
  repository: z.object({ full_name: repositoryName }),
  sender: z.object({ login: shortText }),
});
const checkRunPayload = asked.extend({
  check_run: z.object({ head_sha: objectId, external_id: z.string().max(100) }),
  requested_action: z.object({ identifier: shortText }).nullish(),
});
const checkSuitePayload = asked.extend({ check_suite: z.object({ head_sha: objectId }) });

/**
 * What a GitHub event asks for by a button beside a check; nothing for every other event. Pure.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
 */
export function readCheckRequest({
  event,
  payload,
}: {
  event: string;
  payload: unknown;
}): CheckRequest | undefined {
  if (event !== 'check_run' && event !== 'check_suite') return undefined;
  const { action } = readPayload(actionOnly, payload, `a ${event}`);
  if (event === 'check_suite') {
    if (action !== 'rerequested') return undefined;
    const { check_suite, repository, sender } = readPayload(checkSuitePayload, payload, 'a check_suite');
    return { repository: repository.full_name, sha: check_suite.head_sha, ask: 'rerun', by: sender.login };
  }
  if (action !== 'rerequested' && action !== 'requested_action') return undefined;
  const read = readPayload(checkRunPayload, payload, 'a check_run');
  const { check_run, repository, sender, requested_action } = read;
  const ask =
    action === 'rerequested' ? 'rerun' : checkActions.find((name) => name === requested_action?.identifier);
  if (ask === undefined || check_run.external_id === '') return undefined;
  return {
    repository: repository.full_name,
    sha: check_run.head_sha,
    externalId: check_run.external_id,
    ask,
    by: sender.login,
  };
}
