/** What is cached under one word: `cache: npm`. */
export type CacheKind = {
  paths: readonly string[];
  /** So that the tool keeps its files there: images, and tools that run as root, have places of their own. */
  variables?: Readonly<Record<string, string>>;
};

/**
 * The words of Travis (https://docs.travis-ci.com/user/caching/), and beside them those that people expect: Travis itself
 * has none for composer, Gradle and Maven.
 */
export const cacheKinds: Readonly<Record<string, CacheKind>> = {
  // What npm fetched, for npm ci begins by removing node_modules.
  npm: { paths: ['~/.npm'] },
  yarn: { paths: ['~/.cache/yarn'], variables: { YARN_CACHE_FOLDER: '$HOME/.cache/yarn' } },
  pip: { paths: ['~/.cache/pip'], variables: { PIP_CACHE_DIR: '$HOME/.cache/pip' } },
  bundler: { paths: ['vendor/bundle'], variables: { BUNDLE_PATH: '$TRAVIS_BUILD_DIR/vendor/bundle' } },
  cargo: { paths: ['target', '~/.cargo'], variables: { CARGO_HOME: '$HOME/.cargo' } },
  ccache: { paths: ['~/.ccache'], variables: { CCACHE_DIR: '$HOME/.ccache', PATH: '/usr/lib/ccache:$PATH' } },
  composer: { paths: ['~/.composer/cache'], variables: { COMPOSER_CACHE_DIR: '$HOME/.composer/cache' } },
  gradle: { paths: ['~/.gradle/caches', '~/.gradle/wrapper'] },
  maven: { paths: ['~/.m2/repository'] },
};

const byLanguage: Readonly<Record<string, string[]>> = {
  node_js: ['npm', 'yarn'],
  python: ['pip'],
  ruby: ['bundler'],
  rust: ['cargo'],
  java: ['gradle', 'maven'],
  php: ['composer'],
  c: ['ccache'],
  cpp: ['ccache'],
};

/** What `cache: true` means. */
export function kindsOf(language: string): string[] {
  return byLanguage[language] ?? [];
}
