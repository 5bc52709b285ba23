/** What a request may do, in GitHub's words: `{ checks: 'write' }`. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

export type GithubCredential = {
  token: string;
  /** GitHub did not take it although it should have: the next one is another. Absent where there is no other. */
  drop?: () => void;
};

/** As whom GitHub is asked: a token that was given to us, or an App that has one made for each purpose. */
export type GithubAccess = {
  kind: 'token' | 'app';
  /** For this repository and no more than these permissions, where that can be chosen. Rejects as `GithubApi` does. */
  credentialFor(repository: string, permissions: Permissions): Promise<GithubCredential>;
};

export function tokenAccess(token: string): GithubAccess {
  return { kind: 'token', credentialFor: async () => ({ token }) };
}
