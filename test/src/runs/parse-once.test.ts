import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { parseOnce } from '../../../src/runs/parse-once.ts';

const source = (name: string) => `image: debian:12\nsteps:\n  - name: ${name}\n    run: make\n`;

describe('parseOnce', () => {
  it('comes to what parsePipeline comes to, also for a file with mistakes', () => {
    for (const text of [source('a'), 'image: 7\nstep: []\n', '']) {
      expect(parseOnce(text, '.hookline.yml')).toEqual(parsePipeline(text, '.hookline.yml'));
    }
  });

  it('parses the same text once, and another file or text anew', () => {
    const first = parseOnce(source('b'), '.hookline.yml');
    expect(parseOnce(source('b'), '.hookline.yml')).toBe(first);
    expect(parseOnce(source('b'), 'other.yml')).not.toBe(first);
    expect(parseOnce(source('c'), '.hookline.yml')).not.toBe(first);
  });

  it('forgets what was not asked for lately', () => {
    const first = parseOnce(source('old'), '.hookline.yml');
    for (let index = 0; index < 150; index += 1) parseOnce(source(`s${index}`), '.hookline.yml');
    expect(parseOnce(source('old'), '.hookline.yml')).not.toBe(first);
  });
});
