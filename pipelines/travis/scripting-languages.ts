import { type Language, numberOf } from './language.ts';

export const node: Language = {
  name: 'node_js',
  key: 'node_js',
  usual: 'lts/*',
  image(version) {
    if (/^(node|stable|current|latest)$/.test(version)) return 'node:current';
    if (version === 'lts/*' || version === '--lts') return 'node:lts';
    const [, name] = /^lts\/([a-z]+)$/.exec(version) ?? [];
    if (name !== undefined) return `node:${name}`;
    const number = numberOf(version.replace(/^v/, ''));
    return number === undefined ? undefined : `node:${number}`;
  },
  install: `if [ ! -f package.json ]; then echo 'no package.json: nothing to install'
elif [ -f yarn.lock ]; then command -v yarn >/dev/null || npm install -g yarn; yarn --frozen-lockfile
elif [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then npm ci
else npm install; fi`,
  script: `if [ ! -f package.json ]; then make test
elif [ -f yarn.lock ]; then yarn test
else npm test; fi`,
};

export const python: Language = {
  name: 'python',
  key: 'python',
  usual: '3',
  image(version) {
    const [, pypy] = /^pypy-?(\d[\d.]*)?/.exec(version) ?? [];
    if (version.startsWith('pypy')) return `pypy:${pypy ?? '2'}`;
    if (version === 'nightly') return 'python:rc';
    const number = numberOf(version.replace(/-dev$/, ''));
    return number === undefined ? undefined : `python:${number}`;
  },
  install: `if [ -f requirements.txt ]; then pip install -r requirements.txt
else echo 'no requirements.txt: nothing to install'; fi`,
};

export const ruby: Language = {
  name: 'ruby',
  key: 'rvm',
  usual: '3',
  image(version) {
    const [, jruby] = /^jruby-?(\d[\d.]*)?$/.exec(version) ?? [];
    if (version.startsWith('jruby'))
      return jruby === undefined ? 'jruby:latest' : `jruby:${jruby.split('.').slice(0, 2).join('.')}`;
    const number = numberOf(version.replace(/^ruby-/, '').replace(/-p\d+$/, ''));
    return number === undefined ? undefined : `ruby:${number}`;
  },
  install: `if [ -f Gemfile ]; then bundle install --jobs=3 --retry=3
else echo 'no Gemfile: nothing to install'; fi`,
  script: 'if [ -f Gemfile ]; then bundle exec rake; else rake; fi',
};

export const php: Language = {
  name: 'php',
  key: 'php',
  usual: '8',
  image(version) {
    const number = numberOf(version.replace(/snapshot$/, ''));
    return number === undefined ? undefined : `php:${number}-cli`;
  },
  script: 'phpunit',
};
