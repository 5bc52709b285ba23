import { describe, expect, it } from 'vitest';
import type { BundleEntry } from '../../../../runners/deploy/local/bundle-tree.ts';
import { resolveInTree } from '../../../../runners/deploy/local/resolve-in-tree.ts';

const file: BundleEntry = { kind: 'file', mode: 0o644 };
const directory: BundleEntry = { kind: 'directory', mode: 0o755 };
const link = (linkTo: string): BundleEntry => ({ kind: 'symlink', linkTo });

const tree = new Map<string, BundleEntry>([
  ['', directory],
  ['scripts', directory],
  ['scripts/run.sh', file],
  ['scripts/start.sh', link('run.sh')],
  ['scripts/up.sh', link('../scripts/./run.sh')],
  ['bin', link('scripts')],
  ['absolute.sh', link('/bin/sh')],
  ['climbing.sh', link('../../bin/sh')],
  ['scripts/climbing.sh', link('../../outside')],
  ['loop', link('loop')],
  ['dangling', link('nothing')],
]);

describe('a path in a bundle', () => {
  it.each([
    ['', ''],
    ['scripts/run.sh', 'scripts/run.sh'],
    ['scripts/start.sh', 'scripts/run.sh'],
    ['scripts/up.sh', 'scripts/run.sh'],
    ['bin/start.sh', 'scripts/run.sh'],
  ])('%j is found at %j', (path, expected) => {
    expect(resolveInTree(tree, path)?.path).toBe(expected);
  });

  it.each([
    'absolute.sh',
    'climbing.sh',
    'scripts/climbing.sh',
    'loop',
    'dangling',
    'none',
    'scripts/run.sh/x',
  ])('%j leads nowhere in the bundle', (path) => {
    expect(resolveInTree(tree, path)).toBeUndefined();
  });

  it('can be asked for as the link that it is', () => {
    expect(resolveInTree(tree, 'bin/start.sh', true)).toEqual({
      path: 'scripts/start.sh',
      entry: link('run.sh'),
    });
  });
});
