import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type CodecommitKeys = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
};

/** What a credential is good for. */
export type CodecommitScope = { region: string; host: string; repository: string };

const lifetimeMs = 15 * 60_000;

/**
 * Says what is wrong with a credential that git sent, or nothing when AWS would take it: the user name is the access
 * key id with `%` and the session token of temporary keys, the password a time and the SigV4 signature of a request
 * `GIT /v1/repos/<name>` (https://github.com/aws/git-remote-codecommit).
 */
export function faultOfCredential(
  sent: { user?: string; password?: string },
  keys: CodecommitKeys,
  scope: CodecommitScope,
  nowMs: number,
): string | undefined {
  const { user = '', password = '' } = sent;
  const [accessKeyId = '', ...token] = user.split('%');
  if (accessKeyId !== keys.accessKeyId) return `unknown access key id ${accessKeyId}`;
  if (token.join('%') !== (keys.sessionToken ?? '')) return 'another session token';
  const [, timestamp, signature] = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(password) ?? [];
  if (timestamp === undefined || signature === undefined) return 'no time and signature as password';
  const signedAtMs = Date.parse(timestamp.replace(/(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5Z'));
  if (!(Math.abs(nowMs - signedAtMs) <= lifetimeMs)) return `signed at ${timestamp}Z, out of time`;
  const wanted = signatureOf(keys.secretAccessKey, timestamp, scope);
  return timingSafeEqual(Buffer.from(wanted), Buffer.from(signature)) ? undefined : 'wrong signature';
}

/** A credential as a developer's git gets it from AWS's helper. */
export function codecommitCredential(keys: CodecommitKeys, scope: CodecommitScope, nowMs: number) {
  const timestamp = new Date(nowMs).toISOString().replace(/\.\d+Z$|[-:]/g, '');
  return {
    user: keys.sessionToken === undefined ? keys.accessKeyId : `${keys.accessKeyId}%${keys.sessionToken}`,
    password: `${timestamp}Z${signatureOf(keys.secretAccessKey, timestamp, scope)}`,
  };
}

function signatureOf(secretAccessKey: string, timestamp: string, scope: CodecommitScope): string {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const { region, host, repository } = scope;
  const day = timestamp.slice(0, 8);
  const request = ['GIT', `/v1/repos/${repository}`, '', `host:${host}`, '', 'host', ''].join('\n');
  const requestHash = createHash('sha256').update(request).digest('hex');
  const text = ['AWS4-HMAC-SHA256', timestamp, `${day}/${region}/codecommit/aws4_request`, requestHash].join(
    '\n',
  );
  const regionKey = hmac(hmac(`AWS4${secretAccessKey}`, day), region);
  return hmac(hmac(hmac(regionKey, 'codecommit'), 'aws4_request'), text).toString('hex');
}
