import { describeKeys } from '../../../pipelines/reference/describe-keys.ts';
import type { KeyDescription } from '../../../pipelines/reference/key-description.ts';

/** A key with all those above it, the one at the top of the file first. */
export type KeyChain = readonly [KeyDescription, ...KeyDescription[]];
type Values = Record<string, unknown>;

/** Every key that there is, wherever it stands. */
export function everyKey(): KeyChain[] {
  const below = (chain: KeyChain): KeyChain[] => {
    const key = chain.at(-1) ?? chain[0];
    return [chain, ...key.children.flatMap((child) => below([...chain, child]))];
  };
  return describeKeys().flatMap((key) => below([key]));
}

/** What must stand beside a key for it to mean something. */
function companions(above: string, name: string): Values {
  switch (above) {
    case '':
      if (name === 'jobs') return { image: 'node:24', templates: { node: { timeout: '5m' } } };
      if (name === 'templates')
        return { image: 'node:24', jobs: { test: { extends: 'node', steps: ['true'] } } };
      return { image: 'node:24', steps: ['true'], ...deployable(name) };
    case 'jobs':
      return name === 'needs' ? {} : { needs: 'build' };
    case 'jobs.<name>.matrix':
      return { node: [20, 22] };
    case 'deploy':
      return {
        ...(['local', 'codedeploy', 's3'].includes(name) ? {} : { local: {} }),
        ...(['branches', 'tags'].includes(name) ? {} : { branches: 'main' }),
      };
    case 'notifications':
      return ['email', 'slack', 'webhook'].includes(name) ? {} : { email: 'team@example.com' };
    default:
      return {};
  }
}

/** A deployment has something to deploy, and pushes that it may be for. */
const deployable = (name: string) =>
  name === 'deploy'
    ? { on: { push: { branches: ['**'], tags: ['v*'] } }, artifacts: [{ name: 'app', paths: 'dist' }] }
    : {};

/** A file in which nothing but the key with this value is out of the ordinary. */
export function fileAround(chain: KeyChain, value: unknown): Values {
  let inner = value;
  for (let at = chain.length - 1; at >= 0; at -= 1) {
    const key = chain[at];
    const above = chain[at - 1];
    if (key === undefined) break;
    const name = nameOf(key);
    const needed = (above?.children ?? []).filter((each) => each.required && each !== key);
    const mapping: Values = {
      ...companions(above?.fullPath ?? '', name),
      ...Object.fromEntries(needed.map((each) => [nameOf(each), each.examples[0]])),
      [name]: inner,
    };
    inner = above === undefined ? mapping : wrap(mapping, betweenOf(above, key));
  }
  const file = inner as Values;
  // Others need a job to need.
  const build = { steps: ['true'] };
  return 'jobs' in file ? { ...file, jobs: { build, ...(file['jobs'] as Values) } } : file;
}

function wrap(mapping: Values, between: string): unknown {
  if (between === '[]') return [mapping];
  return between === '.<name>' ? { test: mapping } : mapping;
}

function betweenOf(above: KeyDescription, key: KeyDescription): string {
  return key.fullPath.slice(above.fullPath.length, key.fullPath.lastIndexOf('.'));
}

export function nameOf({ fullPath }: KeyDescription): string {
  return fullPath.slice(fullPath.lastIndexOf('.') + 1);
}
