import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto';

export type Level = 'read' | 'write';
export type Permissions = Readonly<Record<string, Level>>;

export interface Installation {
  /** Full names. */
  repositories: readonly string[];
  permissions: Permissions;
}

/** What its owner knows of an App. */
export interface App {
  id: number;
  /** PEM. */
  privateKey: string;
  slug: string;
}

/** What a token of an installation is good for. */
export interface Grant {
  appId: number;
  repositories: readonly string[];
  permissions: Permissions;
  expiresAtMs: number;
}

export interface Apps {
  install(installation: Installation): App;
  /** The App is installed on one more repository. */
  addTo(appId: number, repository: string): void;
  /** The App that signed the JWT, or why nobody did. */
  prove(jwt: string | undefined): { appId: number } | { message: string };
  installationOf(appId: number, repository: string): number | undefined;
  /** A token, or the message of a 404 or 422. */
  makeToken(
    appId: number,
    installationId: number,
    wanted: { repositories?: readonly string[]; permissions?: Permissions },
  ): { token: string; grant: Grant } | { status: 404 | 422; message: string };
  /** While the token is good. */
  grantOf(token: string | undefined): Grant | undefined;
  revokeTokens(): void;
}

const tokenLifeMs = 60 * 60_000;
const longestJwtS = 600;

/** Apps, each with one installation, as GitHub keeps them. */
export function createApps(now: () => number): Apps {
  const apps: { publicKey: KeyObject; installation: Installation }[] = [];
  const grants = new Map<string, Grant>();
  // Only to be told apart from the number of the App.
  const installationIdOf = (appId: number) => appId + 1_000;

  return {
    install(installation) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      apps.push({ publicKey: createPublicKey(publicKey), installation });
      return { id: apps.length, privateKey, slug: 'hookline' };
    },

    addTo(appId, repository) {
      const app = apps[appId - 1];
      if (!app) throw new Error(`there is no App ${appId}`);
      const { repositories, permissions } = app.installation;
      app.installation = { repositories: [...repositories, repository], permissions };
    },

    prove(jwt) {
      const undecodable = { message: 'A JSON web token could not be decoded' };
      const [head = '', claims = '', signature = ''] = jwt?.split('.') ?? [];
      const [header, body] = [parsed(head), parsed(claims)];
      const app = apps[Number(body?.['iss']) - 1];
      if (header?.['alg'] !== 'RS256' || !body || !app) return undecodable;
      const signed = Buffer.from(`${head}.${claims}`);
      if (!verify('sha256', signed, app.publicKey, Buffer.from(signature, 'base64url'))) return undecodable;
      const [iat, exp, nowS] = [Number(body['iat']), Number(body['exp']), now() / 1_000];
      if (!Number.isInteger(iat) || iat > nowS) {
        return { message: "'Issued at' claim ('iat') must be an Integer representing the time" };
      }
      if (!Number.isInteger(exp) || exp <= nowS)
        return { message: "'Expiration time' claim ('exp') is over" };
      if (exp > nowS + longestJwtS) {
        return { message: "'Expiration time' claim ('exp') is too far in the future" };
      }
      return { appId: Number(body['iss']) };
    },

    installationOf(appId, repository) {
      const isOn = covers(apps[appId - 1]?.installation.repositories ?? [], repository);
      return isOn ? installationIdOf(appId) : undefined;
    },

    makeToken(appId, installationId, { repositories, permissions }) {
      const installation = apps[appId - 1]?.installation;
      if (!installation || installationId !== installationIdOf(appId)) {
        return { status: 404, message: 'Not Found' };
      }
      const chosen = installation.repositories.filter(
        (name) => repositories === undefined || repositories.includes(name.split('/')[1] ?? ''),
      );
      if (chosen.length !== (repositories ?? installation.repositories).length) {
        const message =
          'There is at least one repository that does not exist or is not accessible to the parent installation.';
        return { status: 422, message };
      }
      const wanted = permissions ?? installation.permissions;
      if (!includes(installation.permissions, wanted)) {
        return {
          status: 422,
          message: 'The permissions requested are not granted to this installation.',
        };
      }
      const grant = { appId, repositories: chosen, permissions: wanted, expiresAtMs: now() + tokenLifeMs };
      const token = `ghs_${randomBytes(18).toString('hex')}`;
      grants.set(token, grant);
      return { token, grant };
    },

    grantOf(token = '') {
      const grant = grants.get(token);
      return grant && grant.expiresAtMs > now() ? grant : undefined;
    },

    revokeTokens: () => grants.clear(),
  };
}

export function covers(repositories: readonly string[], fullName: string): boolean {
  return repositories.some((name) => name.toLowerCase() === fullName.toLowerCase());
}

/** Who may write may read; every App may read the metadata. */
export function includes(granted: Permissions, wanted: Permissions): boolean {
  return Object.entries(wanted).every(
    ([name, level]) => granted[name] === 'write' || granted[name] === level || name === 'metadata',
  );
}

function parsed(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
