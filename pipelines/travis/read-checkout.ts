import type { CheckoutDefinition } from '../pipeline.ts';
import { checkKeysBelow } from './known-keys.ts';
import { flagOf, type Node, type Reader, textOf } from './read-node.ts';

/** As many commits as Travis fetches unless told otherwise. */
const usualDepth = 50;
const deepest = 1_000_000;

/**
 * `git`: what of the repository a job finds. Without a word of it, as at Travis, submodules and files in Git LFS are there,
 * and a pull request is built as it would be merged.
 */
export function readCheckout(reader: Reader, node: Node | undefined): CheckoutDefinition | false {
  const fields = checkKeysBelow(reader, node, 'git');
  const flagAt = (key: string) => {
    const field = fields?.get(key);
    return field === undefined ? undefined : flagOf(field);
  };
  if (flagAt('clone') === false) return false;
  const strategy = fields?.get('strategy');
  if (strategy && textOf(reader, strategy) !== 'clone')
    reader.warn(strategy, 'strategy is not carried out', 'the repository is always fetched by git');
  const depth = depthOf(reader, fields?.get('depth'));
  return {
    ...(flagAt('submodules') === false ? {} : { submodules: 'recursive' as const }),
    ...(flagAt('lfs_skip_smudge') === true ? {} : { lfs: true as const }),
    ...(depth === 1 ? {} : { depth }),
    ref: 'merge',
  };
}

function depthOf(reader: Reader, node: Node | undefined): number | 'all' {
  if (node === undefined || flagOf(node) === true) return usualDepth;
  if (flagOf(node) === false) return 'all';
  const depth = Number(textOf(reader, node));
  if (Number.isInteger(depth) && depth >= 1 && depth <= deepest) return depth;
  reader.warn(node, 'depth is no number of commits', `${usualDepth} are fetched`);
  return usualDepth;
}
