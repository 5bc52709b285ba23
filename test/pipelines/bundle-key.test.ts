import { expect, it } from 'vitest';
import { defaultBundleKey, renderBundleKey } from '../../pipelines/bundle-key.ts';

const values = {
  repository: 'acme/shop',
  ref: 'main',
  sha: '1f3a',
  run: '7',
  environment: 'production',
  artifact: 'app',
};

it('a bundle key is filled in, and a value is never read as a template', () => {
  expect(renderBundleKey('shop/{sha}.zip', values)).toBe('shop/1f3a.zip');
  expect(renderBundleKey(defaultBundleKey, values)).toBe('acme/shop/production/app-1f3a.zip');
  expect(renderBundleKey('{ref}-{run}', { ...values, ref: '{sha}$&' })).toBe('{sha}$&-7');
});
