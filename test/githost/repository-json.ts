import type { BareRepository } from './bare-repository.ts';

/** Where this server is reached; every URL in a payload begins with one of these. */
export interface HostUrls {
  url: string;
  apiUrl: string;
}

/** A number that belongs to a name, the same in every event. */
function idOf(name: string): number {
  let id = 7;
  for (const character of name) id = (id * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007;
  return id;
}

export function ownerOf(fullName: string): string {
  return fullName.split('/')[0] ?? fullName;
}

/** A user or organization, with the fields of GitHub's "simple user". */
export function userJson({ url, apiUrl }: HostUrls, login: string) {
  const api = `${apiUrl}/users/${login}`;
  return {
    login,
    id: idOf(login),
    node_id: Buffer.from(`User:${login}`).toString('base64'),
    avatar_url: `${url}/avatars/${login}`,
    gravatar_id: '',
    url: api,
    html_url: `${url}/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

/** What follows the repository's API address in each of its URL fields. */
const apiPaths = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
};

export function repositoryJson(urls: HostUrls, repository: BareRepository) {
  const { fullName, createdAt } = repository;
  const html = `${urls.url}/${fullName}`;
  const api = `${urls.apiUrl}/repos/${fullName}`;
  const { host } = new URL(urls.url);
  return {
    id: repository.id,
    node_id: Buffer.from(`Repository:${repository.id}`).toString('base64'),
    name: fullName.split('/')[1] ?? fullName,
    full_name: fullName,
    private: repository.isPrivate,
    owner: userJson(urls, ownerOf(fullName)),
    html_url: html,
    description: null,
    fork: repository.forkOf !== undefined,
    url: api,
    ...Object.fromEntries(Object.entries(apiPaths).map(([name, path]) => [name, `${api}${path}`])),
    created_at: createdAt.toISOString(),
    updated_at: createdAt.toISOString(),
    pushed_at: createdAt.toISOString(),
    git_url: `git://${host}/${fullName}.git`,
    ssh_url: `git@${host}:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.defaultBranch,
    is_template: false,
    topics: [],
    visibility: repository.isPrivate ? 'private' : 'public',
    web_commit_signoff_required: false,
    custom_properties: {},
  };
}
