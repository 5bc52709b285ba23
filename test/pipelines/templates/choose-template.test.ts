import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { planRun } from '../../../pipelines/plan.ts';
import { chooseTemplate, signsOf, templateNames } from '../../../pipelines/templates/choose-template.ts';
import { explainTemplate, templateFile, templateOf } from '../../../pipelines/templates/template-file.ts';

const signs = templateNames.flatMap((name) => signsOf(name).map((sign) => [name, sign] as const));
const textOf = (name: string) =>
  readFileSync(new URL(`../../../pipelines/templates/${name}.yml`, import.meta.url), 'utf8');

describe('the template of a repository without a pipeline', () => {
  it.each(signs)('is %s for one with %s', (name, sign) => {
    expect(chooseTemplate(['README.md', 'src/', sign])).toEqual({ name, because: sign });
  });

  it.each(templateNames)(
    '%s is a pipeline without mistakes that every push and pull request runs',
    (name) => {
      const parsed = parsePipeline(textOf(name), `${name}.yml`);
      expect(parsed).toMatchObject({
        ok: true,
        warnings: [],
        pipeline: {
          on: { push: { branches: { patterns: ['**'] } }, pullRequest: { branches: { patterns: ['**'] } } },
        },
      });
    },
  );

  it.each(templateNames)(
    '%s deploys nothing, opens no secret and asks for no more than any job has',
    (name) => {
      const parsed = parsePipeline(textOf(name), `${name}.yml`);
      if (!parsed.ok) throw new Error(name);
      const change = { event: 'push', branch: 'main', defaultBranch: 'main', fork: false } as const;
      const { jobs } = planRun(parsed.pipeline, change);
      expect(jobs.map(({ kind, secrets }) => ({ kind, secrets }))).toEqual([{ kind: 'build', secrets: [] }]);
      expect(jobs[0]).not.toHaveProperty('resources');
    },
  );

  it.each(templateNames)('%s has scripts that a shell can read', (name) => {
    const parsed = parsePipeline(textOf(name), `${name}.yml`);
    if (!parsed.ok) throw new Error(name);
    for (const { run } of parsed.pipeline.jobs.flatMap(({ steps }) => steps)) {
      expect(spawnSync('sh', ['-n', '-c', run], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
  });

  it('is the most telling one', () => {
    expect(chooseTemplate(['index.html', 'package.json'])?.name).toBe('node');
    expect(chooseTemplate(['package.json', 'pom.xml'])?.name).toBe('java-maven');
    expect(chooseTemplate(['Gemfile', 'config.ru', 'package.json'])?.name).toBe('ruby');
    expect(chooseTemplate(['Gemfile', 'ios/', 'package.json'])?.name).toBe('node');
    expect(chooseTemplate(['debian/', 'go.mod'])?.name).toBe('go');
  });

  it('is none for a repository of unknown things, nor for a folder with the name of a file', () => {
    expect(chooseTemplate(['README.md'])).toBeUndefined();
    expect(chooseTemplate(['package.json/', 'debian'])).toBeUndefined();
  });
});

describe('the name under which a run keeps its template', () => {
  it.each(signs)('tells %s and %s', (name, because) => {
    const template = { name, because };
    expect(templateOf(templateFile(template))).toEqual(template);
    expect(explainTemplate(template)).toContain(`template ${name} was taken, because of ${because}`);
  });

  it('is no name of a file that a repository may have', () => {
    expect(['.hookline.yml', '.travis.yml', 'templates/go.yml'].map(templateOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(templateOf('templates/cobol.yml for main.cob')).toBeUndefined();
  });
});
