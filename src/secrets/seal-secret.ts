import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';

export class SecretRefusal extends Refusal<'cannot-open' | 'bad-name' | 'empty' | 'too-large'> {}

/**
 * Secrets at rest: AES-256-GCM under a key of their own, wrapped by one derived from the master key. The scope
 * (repository and name) is bound in, so that a sealed secret moved to another row does not open.
 */
const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

export function sealSecret(masterKey: string, scope: string, value: string): string {
  const dataKey = randomBytes(32);
  const wrapped = encrypt(wrappingKey(masterKey), `key ${scope}`, dataKey);
  const body = encrypt(dataKey, `value ${scope}`, Buffer.from(value, 'utf8'));
  return [version, wrapped.toString('base64url'), body.toString('base64url')].join('.');
}

export function openSecret(masterKey: string, scope: string, sealed: string): string {
  const [found, wrapped, body] = sealed.split('.');
  try {
    if (found !== version || !wrapped || !body) throw new Error('unknown form');
    const dataKey = decrypt(wrappingKey(masterKey), `key ${scope}`, Buffer.from(wrapped, 'base64url'));
    return decrypt(dataKey, `value ${scope}`, Buffer.from(body, 'base64url')).toString('utf8');
  } catch (error) {
    const remedy = 'HOOKLINE_MASTER_KEY is not the one it was sealed with; set the secret again';
    throw new SecretRefusal('cannot-open', `the secret ${scope} cannot be opened: ${remedy}`, {
      cause: error,
    });
  }
}

function wrappingKey(masterKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(masterKey, 'base64url'), '', 'hookline secrets', 32));
}

function encrypt(key: Buffer, scope: string, text: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(scope));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, scope: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(scope));
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
}
