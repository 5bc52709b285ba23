import { expect, it } from 'vitest';
import { checkImages } from '../../runners/check-images.ts';

const service = { name: 'db', image: 'postgres:17', env: {}, timeoutMs: 1 };

it('a runner with a list of images carries out no job, and starts no service, in another', () => {
  const spec = { image: 'node:24', services: [service] };
  expect(() => checkImages(spec, undefined)).not.toThrow();
  expect(() => checkImages(spec, ['node:*', 'postgres:*'])).not.toThrow();
  expect(() => checkImages(spec, ['postgres:*'])).toThrow(/the image node:24 .* allows: postgres:\*/);
  expect(() => checkImages(spec, ['node:*'])).toThrow(/the image postgres:17 /);
});
