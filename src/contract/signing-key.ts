import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { Refusal } from '../errors.ts';

export class SigningKeyRefusal extends Refusal<'no-public-key'> {}

/** The key by which an installation vouches for what it built: Ed25519, made of the master key, and for nothing else. */
export type SigningKey = {
  readonly publicKey: PublicKey;
  sign(bytes: Uint8Array): Buffer;
};

export type PublicKey = {
  /** SHA-256 of the key as it stands in DER, in hexadecimal digits. */
  readonly id: string;
  readonly pem: string;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
};

// The DER of a raw Ed25519 private key begins so (RFC 8410).
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export function signingKeyOf(masterKey: string): SigningKey {
  const seed = hkdfSync('sha256', Buffer.from(masterKey, 'base64url'), '', 'hookline provenance', 32);
  const der = Buffer.concat([privatePrefix, Buffer.from(seed)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { publicKey: publicKeyOf(createPublicKey(key)), sign: (bytes) => sign(null, bytes, key) };
}

/** Reads a public key in PEM. */
export function readPublicKey(pem: string): PublicKey {
  try {
    const key = createPublicKey({ key: pem, format: 'pem' });
    if (key.asymmetricKeyType === 'ed25519') return publicKeyOf(key);
  } catch {
    // Told below, together with keys of another kind.
  }
  throw new SigningKeyRefusal(
    'no-public-key',
    'that is no public key of Ed25519 in PEM; `hookline keys --signing` prints the one of an installation',
  );
}

function publicKeyOf(key: KeyObject): PublicKey {
  const der = key.export({ format: 'der', type: 'spki' });
  return {
    id: createHash('sha256').update(der).digest('hex'),
    pem: key.export({ format: 'pem', type: 'spki' }).toString(),
    verify: (bytes, signature) => verify(null, bytes, key, signature),
  };
}
