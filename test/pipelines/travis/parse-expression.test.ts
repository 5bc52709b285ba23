import { describe, expect, it } from 'vitest';
import { type Facts, holds } from '../../../pipelines/travis/expression.ts';
import { textOfExpression } from '../../../pipelines/travis/expression-text.ts';
import { parseExpression } from '../../../pipelines/travis/parse-expression.ts';

const push: Facts = {
  type: 'push',
  branch: 'main',
  tag: '',
  repo: 'octo/app',
  commit_message: 'Fix it [full]',
  sender: 'ada',
  fork: 'false',
  head_repo: '',
  head_branch: '',
  os: 'linux',
};

function answer(text: string, facts: Partial<Facts> = {}): boolean | string {
  const read = parseExpression(text, (name) => (name === 'FLAVOR' ? 'full' : undefined));
  return 'fault' in read ? read.fault : holds(read, { ...push, ...facts });
}

describe('a condition of a .travis.yml', () => {
  it.each([
    ['branch = main', true],
    ['branch = master', false],
    ['branch == main && type == push', true],
    ['branch != main', false],
    ['branch IN (master, main)', true],
    ['branch NOT IN (master, main)', false],
    ['branch =~ ^ma', true],
    ['branch =~ /^ma.n$/', true],
    ['branch !~ /^ma/ OR sender = "ada"', true],
    ['tag IS present', false],
    ['tag IS blank', true],
    ['tag IS NOT present', true],
    ['fork', false],
    ['NOT fork AND true', true],
    ['NOT (branch = main AND type = push)', false],
    ['branch = wip OR branch = main AND type = cron', false],
    ['(branch = wip OR branch = main) AND type = push', true],
    ['commit_message =~ /\\[full\\]/', true],
    ['commit_message =~ /(?i)FIX/', true],
    ['env(FLAVOR) = full', true],
    ['env(OTHER) IS blank', true],
    ['repo = concat(octo, "/", app)', true],
    ['repo =~ concat("^octo", "/")', true],
  ])('%s', (text, expected) => {
    expect(answer(text)).toBe(expected);
  });

  it.each([
    '',
    '(',
    'branch =',
    'branch = $B',
    'branch = main wip',
    'planet = mars',
    'tag =~ /(a/',
    'tag IS here',
  ])('says what is wrong with "%s"', (text) => {
    expect(answer(text)).toBeTypeOf('string');
  });

  it('is shown as people write it', () => {
    const text = 'NOT (branch IN (a, b) OR tag IS present) AND branch =~ /^x/';
    const read = parseExpression(text, () => undefined);
    expect('fault' in read ? read.fault : textOfExpression(read)).toBe(text);
  });
});
