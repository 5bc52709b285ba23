import { Refusal } from '../errors.ts';
import { answerCheckRequest, type RequestPorts } from './answer-check-request.ts';
import { answerComment, type CommentPorts } from './answer-comment.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import type { Effect } from './effect.ts';
import type { Forge } from './forge.ts';

export type RequestsPorts = Omit<RequestPorts & CommentPorts, 'now'>;

/**
 * The buttons beside checks, and commands in comments, change runs that there are. Whoever presses a button sees at the
 * check what became of it; a comment is answered.
 */
export async function answerRequest(
  delivery: RecordedDelivery,
  ports: {
    forges: Partial<Record<string, Forge>>;
    requests?: RequestsPorts;
    repositories?: ReadonlySet<string>;
    now: () => number;
  },
  signal: AbortSignal,
): Promise<{ runs: []; no: string[]; effects?: Effect[] } | { again: string } | undefined> {
  const { forges, requests, repositories, now } = ports;
  const forge = delivery.source === 'hookline' ? undefined : forges[delivery.source];
  if (!forge || !requests) return undefined;
  const asked = { ...requests, now };
  const isServed = ({ repository }: { repository: string }) => repositories?.has(repository) !== false;
  try {
    const request = forge.requestOf?.(delivery);
    if (request && isServed(request)) {
      const done = await answerCheckRequest(request, delivery, forge, asked, signal);
      return 'again' in done ? done : { runs: [], no: [done.no] };
    }
    const comment = forge.commentOf?.(delivery);
    if (!comment || !isServed(comment)) return undefined;
    const done = await answerComment(comment, delivery, forge, asked, signal);
    if ('again' in done) return done;
    const effects = done.answers.map((answer) => ({ type: 'comment-answer' as const, answer }));
    return { runs: [], no: [done.no], effects };
  } catch (error) {
    if (error instanceof Refusal) return { runs: [], no: [error.message] };
    throw error;
  }
}
