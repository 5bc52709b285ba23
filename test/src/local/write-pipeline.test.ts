import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { readTemplate } from '../../../src/compose/open-templates.ts';
import { writePipeline } from '../../../src/local/write-pipeline.ts';

function folder(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'hookline-init-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const write = (wanted: { template?: string; force?: boolean } = {}) =>
    writePipeline(root, { force: false, ...wanted }, readTemplate);
  return {
    write,
    path: join(root, '.hookline.yml'),
    read: () => readFileSync(join(root, '.hookline.yml'), 'utf8'),
  };
}

describe('hookline init', () => {
  it('writes the template for what is there, and in its first line why', () => {
    const { write, read, path } = folder({ 'go.mod': 'module shop\n' });
    expect(write()).toEqual({ path, template: 'go', because: 'go.mod' });
    const text = read();
    expect(text).toMatch(/^# Written by `hookline init`, because of go\.mod\./);
    expect(text).not.toContain('For a repository with');
    const written = parsePipeline(text, '.hookline.yml');
    const template = parsePipeline(readTemplate('go'), 'go.yml');
    if (!written.ok || !template.ok) throw new Error('a template has mistakes');
    const scripts = ({ pipeline }: typeof written) =>
      pipeline.jobs.map(({ steps }) => steps.map(({ run }) => run));
    expect(scripts(written)).toEqual(scripts(template));
  });

  it('writes the one that is named, whatever is there', () => {
    const { write, path } = folder({ 'go.mod': 'module shop\n' });
    expect(write({ template: 'static' })).toEqual({ path, template: 'static' });
  });

  it('writes over no file unless told to', () => {
    const { write, read } = folder({ 'package.json': '{}', '.hookline.yml': 'mine' });
    expect(() => write()).toThrow('--force writes over it');
    expect(read()).toBe('mine');
    write({ force: true });
    expect(read()).toContain('image: node:24');
  });

  it('takes the place of no .travis.yml unawares', () => {
    const { write } = folder({ 'package.json': '{}', '.travis.yml': 'language: node_js' });
    expect(() => write()).toThrow('would not count any more');
    expect(write({ template: 'node' })).toMatchObject({ template: 'node' });
  });

  it('says what there is to choose from when nothing tells, or when what was named is not there', () => {
    const { write } = folder({ 'README.md': 'hello' });
    expect(() => write()).toThrow(/--template NAME says it: java-gradle, .*static/);
    expect(() => write({ template: 'cobol' })).toThrow('there is no template "cobol"');
  });
});
