import { c, go, java, rust } from './compiled-languages.ts';
import type { Language } from './language.ts';
import { node, php, python, ruby } from './scripting-languages.ts';

/** `buildpack-deps` is Debian or Ubuntu with what builds usually ask for: curl, git, make, compilers. */
const generic: Language = { name: 'generic', image: (suite) => `buildpack-deps:${suite}` };

export const languages: Readonly<Record<string, Language>> = {
  node_js: node,
  nodejs: node,
  node,
  javascript: node,
  java,
  python,
  go,
  golang: go,
  ruby,
  php,
  rust,
  c,
  cpp: { ...c, name: 'cpp' },
  'c++': { ...c, name: 'cpp' },
  generic,
  minimal: generic,
  shell: generic,
  bash: generic,
  sh: generic,
};

/** Suites of Ubuntu and Debian that are images of `buildpack-deps`. */
export const suites: readonly string[] = [
  ...['xenial', 'bionic', 'focal', 'jammy', 'noble'],
  ...['stretch', 'buster', 'bullseye', 'bookworm', 'trixie'],
];

export const usualSuite = 'bookworm';
