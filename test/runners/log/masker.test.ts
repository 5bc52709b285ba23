import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../../runners/log/masker.ts';

/** The text as it comes out when it goes in in pieces of these sizes, the last of them over and over. */
function masked(secrets: readonly string[], text: string, sizes: readonly number[]): string {
  const masker = createMasker(secrets);
  const bytes = Buffer.from(text, 'utf8');
  const out: Uint8Array[] = [];
  let at = 0;
  for (let piece = 0; at < bytes.length; piece += 1) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
    out.push(Buffer.from(masker.write(bytes.subarray(at, at + size))));
    at += size;
  }
  out.push(masker.flush());
  expect(masker.pending).toBe(false);
  return Buffer.concat(out).toString('utf8');
}

// Few letters, so that secrets overlap, repeat and begin like one another.
const secret = fc.string({
  unit: fc.constantFrom('a', 'b', 'ä', '+', '"', '\n'),
  minLength: 4,
  maxLength: 12,
});
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '+', '"', '\n', 'c', ' '), maxLength: 60 });
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });

describe('the masker', () => {
  it('lets no secret through, however the text is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(text, secret)),
        sizes,
        (secrets, parts, cuts) => {
          const whole = parts
            .flatMap((part, index) => [part, secrets[index % secrets.length] ?? ''])
            .join('');
          const out = masked(secrets, whole, cuts);
          for (const value of secrets) expect(out.includes(value)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('gives the same in pieces as in one', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { maxLength: 3 }),
        fc.array(fc.oneof(text, secret)),
        sizes,
        (secrets, parts, cuts) => {
          const whole = parts.join('');
          expect(masked(secrets, whole, cuts)).toBe(masked(secrets, whole, [100_000]));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('masks a secret whole though a shorter one stands in its middle and the text comes in pieces', () => {
    const secrets = ['hunter2-production-password', 'prod'];
    const line = 'login hunter2-production-password ok';
    for (let cut = 1; cut < line.length; cut += 1) {
      expect(masked(secrets, line, [cut, 100])).toBe('login *** ok');
    }
  });

  it('loses nothing that only looks like the beginning of a secret', () => {
    fc.assert(
      fc.property(text, sizes, (plain, cuts) => {
        const out = masked(['abababac-never-there', 'aaaab-not-this-either'], plain, cuts);
        expect(out).toBe(plain);
      }),
    );
  });

  it('masks a secret wherever it stands in something that was put into base 64', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        fc.constantFrom('base64', 'base64url'),
        (before, after, encoding) => {
          const value = 'correct-horse~battery?staple>';
          const kind = encoding as 'base64' | 'base64url';
          const encoded = Buffer.from(before + value + after).toString(kind);
          const out = masked([value], encoded, [7]);
          const decoded = Buffer.from(out.replaceAll('***', ''), kind).toString('latin1');
          expect(out).toContain('***');
          expect(decoded).not.toContain('horse~battery');
        },
      ),
    );
  });

  it.each([
    ['as it is', 'p"a s/s&wörd+'],
    ['in a URL', encodeURIComponent('p"a s/s&wörd+')],
    ['in JSON', JSON.stringify('p"a s/s&wörd+').slice(1, -1)],
    ['in base 64', Buffer.from('p"a s/s&wörd+').toString('base64')],
    ['without the line end that its file had', 'p"a s/s&wörd+'],
  ])('knows a secret %s', (_, form) => {
    expect(masked(['p"a s/s&wörd+\n'], `x ${form} y`, [3])).toBe('x *** y');
  });

  it('masks the lines of a key one by one, and leaves very short values alone', () => {
    const key = '-----BEGIN KEY-----\nMIIBOgIBAAJBAK\nshort\n-----END KEY-----';
    expect(masked([key], 'say MIIBOgIBAAJBAK!', [5])).toBe('say ***!');
    expect(masked([key], 'short', [5])).toBe('short');
    expect(masked(['abc', ''], 'abc', [1])).toBe('abc');
  });

  it('masks whole texts, and lets bytes that are no UTF-8 through', () => {
    const masker = createMasker(['geheim-wört']);
    expect(masker.text('das geheim-wört ist geheim')).toBe('das *** ist geheim');
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3]);
    expect(Buffer.concat([masker.write(bytes), masker.flush()]).equals(bytes)).toBe(true);
  });

  it('takes values that no program could be given', () => {
    expect(createMasker(['\ud800\ud800\ud800\ud800']).text('fine')).toBe('fine');
  });

  it('takes large secrets, and many', () => {
    const large = 'k'.repeat(60_000) + 'x'.repeat(60_000);
    const many = Array.from({ length: 50 }, (_, index) => `secret-number-${index}-${'y'.repeat(40)}`);
    const out = masked([large, ...many], `a ${large} b ${many[7]} c`, [16_384]);
    expect(out).toBe('a *** b *** c');
  });
});
