import { AnsiUp } from 'ansi_up';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinePainter, lastWritten, lineTime, nearest } from '../../../src/web/assets/log-line.js';

const E = '\u001b[';
const painter = () => createLinePainter(new AnsiUp());

describe('a line of a log', () => {
  it('has its markup escaped', () => {
    expect(painter()('<script>alert("x")</script> & more')).toBe(
      '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more',
    );
  });

  it('has colours as classes, never as styles', () => {
    expect(painter()(`${E}1;31mred${E}0m plain`)).toBe('<span class="ansi-red-fg ansi-b">red</span> plain');
    expect(painter()(`${E}38;2;250;10;10mred`)).toBe('<span class="ansi-bright-red-fg">red</span>');
    expect(painter()(`${E}48;5;21mblue`)).toBe('<span class="ansi-bright-blue-bg">blue</span>');
  });

  it('goes on in the colour of the line before', () => {
    const paint = painter();
    paint(`${E}32mgreen`);
    expect(paint('still green')).toBe('<span class="ansi-green-fg">still green</span>');
  });

  it.each([`one${E}`, 'one\u001b', 'one\u001b]', 'one\u001b]8;;http://x', `one${E}38;5`, 'one\u001b('])(
    'cannot swallow the next one (%j)',
    (broken) => {
      const paint = painter();
      expect(paint(broken)).toMatch(/^one/);
      expect(paint('two')).toBe('two');
    },
  );

  it('shows what a progress bar wrote last', () => {
    expect(lastWritten('10 %\r50 %\r100 %\r')).toBe('100 %');
    expect(lastWritten('plain')).toBe('plain');
  });

  it('has no title of a terminal, no bell, no turned direction in it', () => {
    expect(painter()('\u001b]0;title\u0007a\u0007b\u202ec')).toBe('ab\ufffdc');
  });

  it('links to the web alone', () => {
    const link = (url: string) => painter()(`\u001b]8;;${url}\u0007text\u001b]8;;\u0007`);
    expect(link('https://example.org')).toBe(
      '<a target="_blank" rel="noreferrer nofollow" href="https://example.org">text</a>',
    );
    expect(link('javascript:alert(1)')).not.toContain('href');
  });

  it('is cut where it would stop a browser', () => {
    expect(painter()('x'.repeat(50_000))).toContain('… 30000 more characters');
  });

  it('never opens an element of its own, whatever it holds', () => {
    const pieces = string({ unit: 'binary', maxLength: 60 });
    assert(
      property(pieces, pieces, (before, after) => {
        const markup = painter()(`${before}${E}31m<b onclick="x" style="y">${after}`);
        const tags = markup.match(/<[^>]*>/g) ?? [];
        expect(tags.filter((tag) => !/^<(?:span class="[\w -]*"|\/span|em|\/em)>$/.test(tag))).toEqual([]);
      }),
    );
  });
});

describe('times and colours', () => {
  it('count from the beginning of the attempt', () => {
    expect([0, 7_340, 61_000, 3_601_000].map(lineTime)).toEqual(['0:00.0', '0:07.3', '1:01.0', '60:01.0']);
  });

  it('are the most alike of sixteen', () => {
    expect(nearest(0, 0, 0)).toBe('ansi-black');
    expect(nearest(240, 240, 240)).toBe('ansi-bright-white');
    expect(nearest(20, 150, 30)).toBe('ansi-green');
    expect(nearest(255, 220, 0)).toBe('ansi-bright-yellow');
  });
});
