import { z } from 'zod';
import type { Forge } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

/** `maintain` is told as `write` and `triage` as `read`. */
const permissionJson = z.object({ permission: z.string() });

/** https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user */
export function createMayWrite({
  apiUrl,
  access,
}: {
  apiUrl: string;
  access: GithubAccess;
}): NonNullable<Forge['mayWrite']> {
  const api = createGithubApi({ apiUrl, access, permissions: { metadata: 'read' } });
  return async (repository, login, { signal }) => {
    const path = `/repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`;
    const { text } = await api.get(path, signal);
    const { permission } = permissionJson.parse(JSON.parse(text));
    return permission === 'write' || permission === 'admin';
  };
}
