import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOfTest } from '../../../runners/reports/place-of-test.ts';
import { createJunitReader, type TestCase } from '../../../runners/reports/read-junit.ts';
import { ReportRefusal } from '../../../runners/reports/report-refusal.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/reports', `${name}.xml`), 'utf8');

function read(xml: string): TestCase[] {
  const cases: TestCase[] = [];
  const reader = createJunitReader((test) => cases.push(test));
  for (let at = 0; at < xml.length; at += 100) reader.write(xml.slice(at, at + 100));
  reader.end();
  return cases;
}

/** The files that each of these projects has. */
const files = new Set([
  't/test_cart.py',
  'cart.test.mjs',
  'cart.test.ts',
  'src/cart.test.js',
  'tests/CartTest.php',
  'shop/src/test/java/com/shop/CartTest.java',
  'node_modules/expect/build/index.js',
]);
const checkout = { roots: ['/workspace'], isFile: (name: string) => files.has(name) };

/** Each test in a line, and where it is looked for. */
const linesOf = (xml: string, report: string) =>
  read(xml).map((test) => {
    const { file = '-', line = '-' } = placeOfTest(test, report, checkout);
    return `${test.outcome} ${test.className}: ${test.name} (${test.durationMs} ms) ${file}:${line} ${test.message.split('\n')[0]}`;
  });

describe('reports of tests, as each tool writes them', () => {
  it.each([
    [
      'surefire',
      'shop/target/surefire-reports/TEST-com.shop.CartTest.xml',
      [
        'passed com.shop.CartTest: adds (1234250 ms) shop/src/test/java/com/shop/CartTest.java:- ',
        'failed com.shop.CartTest: totals (11 ms) shop/src/test/java/com/shop/CartTest.java:21 expected: <4> but was: <3>',
        'error com.shop.CartTest$WithDatabase: connects (2 ms) shop/src/test/java/com/shop/CartTest.java:33 no database',
        'skipped com.shop.CartTest: later (0 ms) shop/src/test/java/com/shop/CartTest.java:- ',
        'passed com.shop.CartTest: flaky (100 ms) shop/src/test/java/com/shop/CartTest.java:- ',
      ],
    ],
    [
      'gradle',
      'shop/build/test-results/test/TEST-com.shop.CartTest.xml',
      [
        'passed com.shop.CartTest: adds() (12 ms) shop/src/test/java/com/shop/CartTest.java:- ',
        'failed com.shop.CartTest: totals() (9 ms) shop/src/test/java/com/shop/CartTest.java:21 org.opentest4j.AssertionFailedError: expected: <4> but was: <3>',
      ],
    ],
    [
      'pytest',
      'junit.xml',
      [
        'passed t.test_cart: test_adds (4 ms) t/test_cart.py:- ',
        'failed t.test_cart: test_total (7 ms) t/test_cart.py:5 AssertionError: the cart <adds> & rounds',
        'skipped t.test_cart: test_later (0 ms) t/test_cart.py:- ',
        'error t.test_cart: test_db (1 ms) t/test_cart.py:9 failed on setup with "RuntimeError: no database"',
        'failed t.test_cart.TestCart: test_in_class (1 ms) t/test_cart.py:12 assert [] == [1]',
      ],
    ],
    [
      'node',
      'junit.xml',
      [
        'passed test: adds (1 ms) cart.test.mjs:- ',
        'failed cart: totals (4 ms) cart.test.mjs:5 3 == 4',
        'skipped cart: later (0 ms) cart.test.mjs:- ',
        'failed cart: throws (0 ms) cart.test.mjs:7 no database',
      ],
    ],
    [
      'vitest',
      'reports/junit.xml',
      [
        'passed cart.test.ts: cart > adds (2 ms) cart.test.ts:- ',
        'failed cart.test.ts: cart > totals (7 ms) cart.test.ts:5 expected { total: 3 } to deeply equal { total: 4 }',
        'skipped cart.test.ts: cart > later (0 ms) cart.test.ts:- ',
      ],
    ],
    [
      'jest-junit',
      'junit.xml',
      [
        'passed cart adds: cart adds (3 ms) -:- ',
        'failed cart totals: cart totals (5 ms) src/cart.test.js:5 ',
        'skipped cart later: cart later (0 ms) -:- ',
      ],
    ],
    [
      'go-junit-report',
      'junit.xml',
      [
        'passed example.com/shop/cart: TestAdds (0 ms) -:- ',
        'failed example.com/shop/cart: TestTotals (1 ms) -:- Failed',
        'skipped example.com/shop/cart: TestLater (0 ms) -:- ',
      ],
    ],
    [
      'phpunit',
      'build/junit.xml',
      [
        'passed Shop.CartTest: testAdds (1 ms) tests/CartTest.php:9 ',
        'failed Shop.CartTest: testTotals (2 ms) tests/CartTest.php:16 ',
        'skipped Shop.CartTest: testLater (1 ms) tests/CartTest.php:20 ',
      ],
    ],
  ])('%s', (name, report, lines) => {
    expect(linesOf(fixture(name), report)).toEqual(lines);
  });

  it('pytest of the older form says the same', () => {
    expect(linesOf(fixture('pytest-xunit1'), 'junit.xml')[1]).toContain('t/test_cart.py:5');
  });

  it('takes output for no part of a failure', () => {
    const [, totals] = read(fixture('surefire'));
    expect(totals?.detail).toContain('CartTest.java:21');
    expect(totals?.detail).not.toContain('totalling');
  });

  it('counts a test once, whatever is said of it', () => {
    const xml =
      '<testsuites><testcase name="a"><error message="first"/><failure message="second"/></testcase>' +
      '<testcase name="b"><skipped/><failure/></testcase><testcase name="c"><system-out><failure/></system-out></testcase>' +
      '<testcase name="d" status="notrun"/></testsuites>';
    expect(read(xml).map(({ name, outcome, message }) => `${name} ${outcome} ${message}`)).toEqual([
      'a failed first',
      'b failed ',
      'c passed ',
      'd skipped ',
    ]);
  });

  it('believes no times that are none', () => {
    const times = ['-1', 'NaN', 'Infinity', '1e300', 'x', ''];
    const xml = `<testsuite>${times.map((time) => `<testcase time="${time}"/>`).join('')}</testsuite>`;
    expect(read(xml).map(({ durationMs }) => durationMs)).toEqual([0, 0, 0, 1_000_000_000, 0, 0]);
  });

  it('refuses XML of something else, and keeps what came before a break', () => {
    expect(() => read('<checkstyle/>')).toThrow('it is no report of JUnit: it begins with <checkstyle>');
    const cases: TestCase[] = [];
    const reader = createJunitReader((test) => cases.push(test));
    reader.write('<testsuite><testcase name="a"/><testcase name="b">');
    expect(() => reader.end()).toThrow(ReportRefusal);
    expect(cases.map(({ name }) => name)).toEqual(['a']);
  });

  it('holds as much of an endless failure as is ever told, and says so', () => {
    const [test] = read(
      `<testsuite><testcase><failure>${'x'.repeat(1_000_000)}</failure></testcase></testsuite>`,
    );
    expect(test?.detail.length).toBe(65_536);
    expect(test?.isWhole).toBe(false);
  });

  it('ends for any mixture of its elements', () => {
    const element = fc.constantFrom(
      'testsuites',
      'testsuite',
      'testcase',
      'failure',
      'error',
      'skipped',
      'system-out',
    );
    const tag = fc
      .tuple(element, fc.constantFrom('<$>', '</$>', '<$/>', 'text'))
      .map(([name, form]) => form.replace('$', name));
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 40 }), (tags) => {
        try {
          read(`<testsuites>${tags.join('')}</testsuites>`);
        } catch (error) {
          expect(error).toBeInstanceOf(ReportRefusal);
        }
      }),
    );
  });
});
