import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { chooseTemplate, telltaleFiles } from '../../../pipelines/templates/choose-template.ts';

describe('the template of a repository without a pipeline', () => {
  it.each(telltaleFiles)('for one with %s is a pipeline without mistakes', (file) => {
    const template = chooseTemplate(['README.md', file]);
    if (template === undefined) throw new Error(`no template for ${file}`);
    const parsed = parsePipeline(readFileSync(template.url, 'utf8'), `${template.name}.yml`);
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
    expect(template.because).toBe(file);
  });

  it('is the most telling one', () => {
    expect(chooseTemplate(['index.html', 'package.json'])?.name).toBe('node');
    expect(chooseTemplate(['package.json', 'pom.xml'])?.name).toBe('java-maven');
  });

  it('is none for a repository of unknown things', () => {
    expect(chooseTemplate(['README.md'])).toBeUndefined();
  });
});
