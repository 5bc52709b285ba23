import { type Apps, covers, includes, type Permissions } from './apps.ts';

/** Who may do what: the owner of the one token everything but what is for Apps alone, an App what it was granted. */
export interface Access {
  readonly apps: Apps;
  /** Absent: everybody may do everything. */
  readonly token: string | undefined;
  knows(secret: string | undefined): boolean;
}

export function createAccess(token: string | undefined, apps: Apps): Access {
  return {
    apps,
    token,
    knows: (secret) => token === undefined || secret === token || apps.grantOf(secret) !== undefined,
  };
}

export function mayUse(
  { token, apps }: Access,
  secret: string | undefined,
  repository: string,
  wanted: Permissions,
): boolean {
  const grant = apps.grantOf(secret);
  if (grant) return covers(grant.repositories, repository) && includes(grant.permissions, wanted);
  // "OAuth apps and authenticated users can view check runs and check suites in a repository, but only GitHub Apps can create"
  if ('checks' in wanted && wanted['checks'] === 'write') return false;
  return token === undefined || secret === token;
}

/** The token of an `Authorization` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^(?:bearer|token) (.*)$/i.exec(header ?? '')?.[1];
}
