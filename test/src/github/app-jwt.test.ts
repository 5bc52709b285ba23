import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { appJwt } from '../../../src/github/app-jwt.ts';

it('an App proves itself by a signature over its number, valid for ten minutes that began a minute ago', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwt = appJwt({ appId: 12_345, privateKey, nowMs: 1_800_000_000_500 });
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT' });
  expect(read(claims)).toEqual({ iat: 1_799_999_940, exp: 1_800_000_540, iss: '12345' });
  const signed = Buffer.from(`${header}.${claims}`);
  expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});
