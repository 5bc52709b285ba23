import type { BareRepository } from './bare-repository.ts';
import type { PullRequest } from './pull-requests.ts';
import { type HostUrls, ownerOf, repositoryJson, userJson } from './repository-json.ts';

type PullRequestAction = { action: 'opened' } | { action: 'synchronize'; before: string; after: string };

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
export function pullRequestPayload(urls: HostUrls, pullRequest: PullRequest, what: PullRequestAction) {
  return {
    ...what,
    number: pullRequest.number,
    pull_request: pullRequestJson(urls, pullRequest),
    repository: repositoryJson(urls, pullRequest.repository),
    sender: userJson(urls, pullRequest.author),
  };
}

export function pullRequestJson(urls: HostUrls, pullRequest: PullRequest) {
  const { number, repository, headRepository, createdAt } = pullRequest;
  const html = `${urls.url}/${repository.fullName}/pull/${number}`;
  const api = `${urls.apiUrl}/repos/${repository.fullName}`;
  const pull = `${api}/pulls/${number}`;
  const issue = `${api}/issues/${number}`;
  const statuses = `${api}/statuses/${pullRequest.headSha}`;
  return {
    url: pull,
    id: repository.id * 1000 + number,
    node_id: Buffer.from(`PullRequest:${repository.id}:${number}`).toString('base64'),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    number,
    state: 'open',
    locked: false,
    title: pullRequest.title,
    user: userJson(urls, pullRequest.author),
    body: pullRequest.body,
    created_at: createdAt.toISOString(),
    updated_at: new Date().toISOString(),
    closed_at: null,
    merged_at: null,
    // GitHub works these out in the background, so that an event about new code does not know them yet.
    merge_commit_sha: null,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    commits_url: `${pull}/commits`,
    review_comments_url: `${pull}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: sideJson(urls, headRepository, pullRequest.head, pullRequest.headSha),
    base: sideJson(urls, repository, pullRequest.base, pullRequest.baseSha),
    _links: {
      self: { href: pull },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${pull}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${pull}/commits` },
      statuses: { href: statuses },
    },
    author_association: headRepository === repository ? 'OWNER' : 'FIRST_TIME_CONTRIBUTOR',
    auto_merge: null,
    active_lock_reason: null,
    draft: false,
    merged: false,
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

function sideJson(urls: HostUrls, repository: BareRepository, ref: string, sha: string) {
  const owner = ownerOf(repository.fullName);
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userJson(urls, owner),
    repo: repositoryJson(urls, repository),
  };
}
