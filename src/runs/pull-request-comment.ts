import { isAllowedFailure, type Run } from './run.ts';

/** The one comment that is kept up to date below a pull request: what it says is looked up when it is posted. */
export type PullRequestComment = {
  provider: string;
  repository: string;
  pullRequest: number;
  /** Whose change is the reason; by then the pull request may have a newer run. */
  runId: string;
};

/**
 * Whether the comment is to be brought up to date. Not for every job of a matrix: GitHub takes 80 requests a minute that make
 * content, from all that use the token.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export function commentsOf(before: Run | undefined, after: Run): PullRequestComment[] {
  const { change, repository, id } = after;
  if (!after.commented || !change.pullRequest) return [];
  const isNews = !before || before.status !== after.status || hasFailed(before) !== hasFailed(after);
  const { provider, pullRequest } = change;
  return isNews ? [{ provider, repository, pullRequest: pullRequest.number, runId: id }] : [];
}

function hasFailed({ jobs }: Run): boolean {
  return jobs.some((job) => (job.status === 'failure' || job.status === 'error') && !isAllowedFailure(job));
}
