import type { Comment } from './comments.ts';
import { pullRequestJson } from './pull-request-payload.ts';
import type { PullRequest } from './pull-requests.ts';
import { type HostUrls, repositoryJson, userJson } from './repository-json.ts';

/** Somebody wrote, edited or deleted a comment. https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment */
export function commentPayload(
  urls: HostUrls,
  pullRequest: PullRequest,
  comment: Comment,
  what: { action: 'created' | 'edited' | 'deleted'; isBot?: boolean },
) {
  const { action, isBot = false } = what;
  return {
    action,
    ...(action === 'edited' ? { changes: { body: { from: comment.texts.at(-2) ?? '' } } } : {}),
    issue: issueJson(urls, pullRequest),
    comment: commentJson(urls, comment),
    repository: repositoryJson(urls, pullRequest.repository),
    sender: { ...userJson(urls, comment.author), type: isBot ? 'Bot' : 'User' },
  };
}

/** A pull request as an issue, which every pull request is. */
function issueJson(urls: HostUrls, pullRequest: PullRequest) {
  const pull = pullRequestJson(urls, pullRequest);
  const { issue_url: url, html_url, diff_url, patch_url, merged_at, ...rest } = pull;
  const { id, node_id, number, title, user, labels, state, locked, assignee, assignees, milestone, body } =
    rest;
  const { comments, created_at, updated_at, closed_at, author_association, active_lock_reason, draft } = rest;
  return {
    url,
    repository_url: `${urls.apiUrl}/repos/${pullRequest.repository.fullName}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url,
    id,
    node_id,
    number,
    title,
    user,
    labels,
    state,
    locked,
    assignee,
    assignees,
    milestone,
    comments,
    created_at,
    updated_at,
    closed_at,
    author_association,
    active_lock_reason,
    draft,
    pull_request: { url: pull.url, html_url, diff_url, patch_url, merged_at },
    body,
    reactions: noReactions(url),
    performed_via_github_app: null,
  };
}

/** As the API answers and as the events have it. */
export function commentJson({ url, apiUrl }: HostUrls, comment: Comment) {
  const { id, repository, issue, author, createdAt, texts } = comment;
  const api = `${apiUrl}/repos/${repository}/issues`;
  return {
    url: `${api}/comments/${id}`,
    html_url: `${url}/${repository}/pull/${issue}#issuecomment-${id}`,
    issue_url: `${api}/${issue}`,
    id,
    node_id: Buffer.from(`IssueComment:${id}`).toString('base64'),
    user: userJson({ url, apiUrl }, author),
    created_at: createdAt.toISOString(),
    updated_at: new Date().toISOString(),
    author_association: 'NONE',
    performed_via_github_app: null,
    body: texts.at(-1) ?? '',
    reactions: noReactions(`${api}/comments/${id}`),
  };
}

function noReactions(url: string) {
  const none = { '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 };
  return { url: `${url}/reactions`, total_count: 0, ...none };
}
