import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/**
 * The keys of control and of runners. One 32-byte seed gives a party two key pairs: Ed25519 to sign what it
 * says and X25519 to open what is sealed to it (RFC 8032, RFC 7748). The public half is both public keys, one
 * after the other, in base64url.
 */
export type Identity = {
  /** Short fingerprint of the public key: names the party in addresses, logs and the API. */
  readonly id: string;
  readonly publicKey: string;
  sign(text: string): string;
  /** Opens what {@link sealTo} made for this identity; throws when it was made for another or altered. */
  open(sealed: string, context: string): string;
};

// DER prefixes of raw 32-byte keys (RFC 8410): node:crypto imports keys in DER, not raw.
const privatePrefix = {
  ed25519: '302e020100300506032b657004220420',
  x25519: '302e020100300506032b656e04220420',
} as const;
const publicPrefix = {
  ed25519: '302a300506032b6570032100',
  x25519: '302a300506032b656e032100',
} as const;
type Curve = keyof typeof privatePrefix;

const seedBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

export function newSeed(): string {
  return randomBytes(seedBytes).toString('base64url');
}

export function isSeed(text: string): boolean {
  return Buffer.from(text, 'base64url').length === seedBytes;
}

export function isPublicKey(text: string): boolean {
  return Buffer.from(text, 'base64url').length === 64;
}

export function identityOf(seed: string): Identity {
  const signing = derivePrivateKey(seed, 'ed25519');
  const opening = derivePrivateKey(seed, 'x25519');
  const publicKey = Buffer.concat([rawPublicKey(signing), rawPublicKey(opening)]).toString('base64url');
  return {
    id: fingerprint(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), signing).toString('base64url'),
    open: (sealed, context) => openSealed(sealed, context, opening),
  };
}

export function fingerprint(publicKey: string): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
}

export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  if (!isPublicKey(publicKey)) return false;
  const key = importPublicKey(Buffer.from(publicKey, 'base64url').subarray(0, 32), 'ed25519');
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

/**
 * Seals `text` so that only the holder of `publicKey` can read it: an ephemeral X25519 key, HKDF-SHA-256 over
 * both public keys, AES-256-GCM. `context` is bound in: a sealed text moved to another lease does not open.
 */
export function sealTo(publicKey: string, text: string, context: string): string {
  const recipient = Buffer.from(publicKey, 'base64url').subarray(32);
  const ephemeral = generateKeyPairSync('x25519');
  const sender = rawPublicKey(ephemeral.privateKey);
  const shared = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: importPublicKey(recipient, 'x25519'),
  });
  const key = sealingKey(shared, sender, recipient);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([sender, iv, cipher.getAuthTag(), body]).toString('base64url');
}

/** The key that control and one lease's holder share; derived, so that control need not store it. */
export function leaseKeyOf(controlSeed: string, leaseId: string): string {
  return createHmac('sha256', Buffer.from(controlSeed, 'base64url'))
    .update(`hookline lease ${leaseId}`)
    .digest('base64url');
}

export function macOf(leaseKey: string, text: string): string {
  return createHmac('sha256', leaseKey).update(text).digest('base64url');
}

export function verifyMac(leaseKey: string, text: string, mac: string): boolean {
  const expected = Buffer.from(macOf(leaseKey, text));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function openSealed(sealed: string, context: string, opening: KeyObject): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const sender = bytes.subarray(0, 32);
  const iv = bytes.subarray(32, 32 + ivBytes);
  const tag = bytes.subarray(32 + ivBytes, 32 + ivBytes + tagBytes);
  const shared = diffieHellman({ privateKey: opening, publicKey: importPublicKey(sender, 'x25519') });
  const key = sealingKey(shared, sender, rawPublicKey(opening));
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(tag);
  const body = bytes.subarray(32 + ivBytes + tagBytes);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}

function sealingKey(shared: Buffer, sender: Buffer, recipient: Buffer): Buffer {
  const salt = Buffer.concat([sender, recipient]);
  return Buffer.from(hkdfSync('sha256', shared, salt, 'hookline sealed lease', 32));
}

function derivePrivateKey(seed: string, curve: Curve): KeyObject {
  const raw = Buffer.from(hkdfSync('sha256', Buffer.from(seed, 'base64url'), '', `hookline ${curve}`, 32));
  const der = Buffer.concat([Buffer.from(privatePrefix[curve], 'hex'), raw]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function importPublicKey(raw: Buffer, curve: Curve): KeyObject {
  const der = Buffer.concat([Buffer.from(publicPrefix[curve], 'hex'), raw]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
