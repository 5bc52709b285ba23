import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  identityOf,
  isPublicKey,
  isSeed,
  leaseKeyOf,
  newSeed,
  sealTo,
  verifyMac,
  verifySignature,
} from '../../../src/contract/keys.ts';

const one = identityOf(newSeed());
const two = identityOf(newSeed());

/** The text with one bit of its bytes turned. */
function turned(base64url: string, bit: number): string {
  const bytes = Buffer.from(base64url, 'base64url');
  const at = bit % (bytes.length * 8);
  const index = Math.floor(at / 8);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8));
  return bytes.toString('base64url');
}

describe('an identity', () => {
  it('is the same for the same seed, and another for another', () => {
    const seed = newSeed();
    expect(identityOf(seed).publicKey).toBe(identityOf(seed).publicKey);
    expect(one.publicKey).not.toBe(two.publicKey);
    expect(one.id).toBe(fingerprint(one.publicKey));
    expect(isSeed(seed)).toBe(true);
    expect(isPublicKey(one.publicKey)).toBe(true);
    expect(isSeed(one.publicKey)).toBe(false);
    expect(isPublicKey(seed)).toBe(false);
  });
});

describe('a sealed text', () => {
  it('opens for its recipient, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(one.open(sealTo(one.publicKey, text, context), context)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('does not open for anybody else, nor in another context', () => {
    const sealed = sealTo(one.publicKey, 'secret', 'lease-1');
    expect(() => two.open(sealed, 'lease-1')).toThrow();
    expect(() => one.open(sealed, 'lease-2')).toThrow();
    expect(() => one.open('', 'lease-1')).toThrow();
  });

  it('does not open with any of its bits turned', () => {
    const sealed = sealTo(one.publicKey, 'secret', 'lease-1');
    const bits = Buffer.from(sealed, 'base64url').length * 8;
    // The very last bit of an X25519 public key is ignored by the curve, yet it is bound into the key's derivation.
    for (let bit = 0; bit < bits; bit += 1) {
      expect(() => one.open(turned(sealed, bit), 'lease-1'), `bit ${bit}`).toThrow();
    }
  });

  it('is never the same twice', () => {
    expect(sealTo(one.publicKey, 'x', 'c')).not.toBe(sealTo(one.publicKey, 'x', 'c'));
  });
});

describe('signatures and MACs', () => {
  it('prove who said what', () => {
    const signature = one.sign('hello');
    expect(verifySignature(one.publicKey, 'hello', signature)).toBe(true);
    expect(verifySignature(one.publicKey, 'hell0', signature)).toBe(false);
    expect(verifySignature(two.publicKey, 'hello', signature)).toBe(false);
  });

  it.each(['', 'A', 'not base64 at all!', 'A'.repeat(86), 'A'.repeat(500)])(
    'are refused, not thrown at, when malformed: %j',
    (proof) => {
      expect(verifySignature(one.publicKey, 'hello', proof)).toBe(false);
      expect(verifyMac('key', 'hello', proof)).toBe(false);
      expect(verifySignature(proof, 'hello', one.sign('hello'))).toBe(false);
    },
  );

  it('of a lease are under a key of its own, which only control can derive', () => {
    const seed = newSeed();
    expect(leaseKeyOf(seed, 'l1')).toBe(leaseKeyOf(seed, 'l1'));
    expect(leaseKeyOf(seed, 'l1')).not.toBe(leaseKeyOf(seed, 'l2'));
    expect(leaseKeyOf(newSeed(), 'l1')).not.toBe(leaseKeyOf(seed, 'l1'));
  });
});
