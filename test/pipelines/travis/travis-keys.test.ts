import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../pipelines/problem.ts';
import { findTravisReference } from '../../../pipelines/reference/find-travis-reference.ts';
import { referenceFiles } from '../../../pipelines/reference/reference-files.ts';
import { cacheKinds } from '../../../pipelines/travis/cache-kinds.ts';
import { languages } from '../../../pipelines/travis/languages.ts';
import { axisKeys } from '../../../pipelines/travis/matrix-rows.ts';
import { parseTravis } from '../../../pipelines/travis/parse-travis.ts';
import { keyAliases, travisKeys } from '../../../pipelines/travis/travis-keys.ts';

const page = referenceFiles().get('travis.md') ?? '';
const anchors = Array.from(page.matchAll(/<a id="([^"]*)">/g), ([, anchor = '']) => anchor);
const paths = new Set(travisKeys.map(({ path }) => path));
const fixtures = join(import.meta.dirname, '../../fixtures/travis');

/** What must stand beside a key for it to mean something. */
const companions: Readonly<Record<string, object>> = {
  deploy: { provider: 's3', bucket: 'site', access_key_id: '$KEY', secret_access_key: '$SECRET' },
  'notifications.slack': { rooms: '$SLACK_URL' },
};

/** A file in which nothing but this key is out of the ordinary. */
function problemsWith(path: string): readonly Problem[] {
  // What is said of all channels of notifications is said of one.
  const full = /^notifications[.](on_|template)/.test(path) ? path.replace('.', '.slack.') : path;
  const parts = full.split('.');
  const file = parts.reduceRight<unknown>(
    (value, name, at) => {
      const above = parts.slice(0, at).join('.');
      return {
        ...(above === '' ? { language: 'generic', script: 'make' } : companions[above]),
        [name]: value,
      };
    },
    path.startsWith('cache.') ? true : 'something',
  );
  const parsed = parseTravis(JSON.stringify(file), '.travis.yml');
  return parsed.ok ? parsed.warnings : parsed.problems;
}

describe('the page of the keys of a .travis.yml', () => {
  it('has one row, with an anchor of its own, for each key', () => {
    expect(anchors).toHaveLength(travisKeys.length);
    expect(new Set(anchors).size).toBe(travisKeys.length);
    for (const { path, text } of travisKeys) expect(text, path).not.toBe('');
  });

  it('has the keys that the translation reads', () => {
    const read = [
      ...Object.values(languages).flatMap(({ key }) => key ?? []),
      ...(/\((.*)\)/.exec(axisKeys.source)?.[1] ?? '').split('|'),
      ...Object.keys(cacheKinds).map((name) => `cache.${name}`),
      ...Object.values(keyAliases),
    ];
    for (const path of read) expect(paths, path).toContain(path);
  });

  it.each(travisKeys.filter(({ state }) => state === 'left out').map(({ path }) => path))(
    'says %s is left out, and so does a warning that leads to its row',
    (path) => {
      const reference = findTravisReference(path);
      expect(reference.split('#')[1]).toBe(path.replaceAll('.', ''));
      expect(problemsWith(path).map((problem) => problem.reference)).toContain(reference);
    },
  );

  it.each(
    travisKeys
      .filter(({ path, state }) => !path.includes('.') && state !== 'left out')
      .map(({ path }) => path),
  )('says %s is not left out, and no warning says that nobody knows it', (path) => {
    const unknown = problemsWith(path).filter(({ message }) => /^no key|is not supported/.test(message));
    expect(unknown).toEqual([]);
  });

  it('is where every problem of every file leads to, at a row that there is', () => {
    for (const name of readdirSync(fixtures).filter((each) => each.endsWith('.yml'))) {
      const parsed = parseTravis(readFileSync(join(fixtures, name), 'utf8'), '.travis.yml');
      for (const { reference = '', message } of parsed.ok ? parsed.warnings : parsed.problems) {
        const [file, anchor] = reference.split('#');
        expect(file, `${name}: ${message}`).toBe('travis');
        if (anchor !== undefined) expect(anchors, `${name}: ${message}`).toContain(anchor);
      }
    }
  });

  it.each([
    ['deploy[1].on.branch[0]', 'travis#deployonbranch'],
    ['jobs.include[2].deploy.on.tags', 'travis#deployontags'],
    ['matrix.allowed_failures[0].env', 'travis#env'],
    ['matrix.fast_failure', 'travis#jobsfast_finish'],
    ['notifications.slack.on_start', 'travis#notificationson_start'],
    ['notifications.email.recipients[0]', 'travis#notificationsemailrecipients'],
    ['deploy["true"].condition', 'travis#deploy'],
    ['deploy.skip-cleanup', 'travis#deployskip_cleanup'],
    ['nonsense', 'travis'],
    ['', 'travis'],
  ])('%s is %s', (path, reference) => {
    expect(findTravisReference(path)).toBe(reference);
  });
});
