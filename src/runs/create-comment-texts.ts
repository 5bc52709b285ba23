import { commentText } from './comment-text.ts';
import type { History } from './history.ts';
import type { PullRequestComment } from './pull-request-comment.ts';

/** What there is to say of a pull request by the time that it is posted: of its newest run, whosever change is the reason. */
export function createCommentTexts(ports: {
  history: Pick<History, 'run' | 'listRuns'>;
  runUrl: (runId: string) => string;
  artifactUrl: (id: string) => string;
}): (comment: PullRequestComment) => Promise<string> {
  const { history, runUrl, artifactUrl } = ports;
  return async ({ repository, pullRequest, runId }) => {
    const { items } = await history.listRuns({ repository, pullRequest }, { limit: 1 });
    const run = await history.run(items[0]?.id ?? runId);
    if (!run) throw new Error(`there is no run ${runId}`);
    return commentText(run, { runUrl: runUrl(run.id), artifactUrl });
  };
}
