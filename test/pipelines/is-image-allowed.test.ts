import { expect, it } from 'vitest';
import { isImageAllowed } from '../../pipelines/is-image-allowed.ts';

it.each([
  ['node:24', true],
  ['node', true],
  ['docker.io/library/node:24', true],
  ['index.docker.io/node:24', true],
  ['node:24@sha256:abc', true],
  ['node@sha256:abc', false],
  ['node-evil:24', false],
  ['evil/node:24', false],
  ['evil.example/node:24', false],
  ['ghcr.io/acme/app', true],
  ['ghcr.io/acme/deep/app:1', false],
  ['ghcr.io/acme/secret:1', false],
  ['localhost:5000/app', true],
  ['0123456789ab', false],
])('the list takes %s: %s', (image, allowed) => {
  const globs = ['docker.io/node:*', 'ghcr.io/acme/*', '!ghcr.io/acme/secret:*', 'localhost:5000/*:latest'];
  expect(isImageAllowed(globs, image)).toBe(allowed);
});
