import { z } from 'zod';
import { type CommentRequest, parseCommentCommand } from '../../runs/comment-command.ts';
import { readPayload, repositoryName, shortText } from '../read-payload.ts';

/** Read first: of all other comments nothing more is looked at. */
const commentOnly = z.object({
  action: shortText,
  issue: z.object({ state: shortText, pull_request: z.unknown().optional() }),
  comment: z.object({ body: z.string().nullish(), performed_via_github_app: z.unknown().optional() }),
  sender: z.object({ type: shortText.optional() }),
});

const commandPayload = z.object({
  issue: z.object({ number: z.int().positive() }),
  comment: z.object({ id: z.int().positive() }),
  repository: z.object({ full_name: repositoryName }),
  sender: z.object({ login: shortText }),
});

/**
 * What a comment asks of the runs of its pull request; nothing for every other comment. One that is edited later
 * commands nothing: what its readers saw first is what counts. Neither do programs, and pull requests that are closed
 * are over. Pure.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
 */
export function readCommentRequest({
  event,
  payload,
}: {
  event: string;
  payload: unknown;
}): CommentRequest | undefined {
  if (event !== 'issue_comment') return undefined;
  const { action, issue, comment, sender } = readPayload(commentOnly, payload, 'an issue_comment');
  const isOfPerson = sender.type === 'User' && comment.performed_via_github_app == null;
  if (action !== 'created' || issue.pull_request == null || issue.state !== 'open' || !isOfPerson)
    return undefined;
  const command = parseCommentCommand(comment.body ?? '');
  if (!command) return undefined;
  const read = readPayload(commandPayload, payload, 'an issue_comment');
  return {
    repository: read.repository.full_name,
    pullRequest: read.issue.number,
    commentId: read.comment.id,
    by: read.sender.login,
    command,
  };
}
