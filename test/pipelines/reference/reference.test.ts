import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { planRun } from '../../../pipelines/plan.ts';
import { renderProblems } from '../../../pipelines/problem.ts';
import { describeKeys } from '../../../pipelines/reference/describe-keys.ts';
import { findReference } from '../../../pipelines/reference/find-reference.ts';
import { pageExamples } from '../../../pipelines/reference/page-examples.ts';
import { referenceFiles } from '../../../pipelines/reference/reference-files.ts';
import { staleFiles } from '../../reference/stale-files.ts';
import { everyKey, fileAround } from './file-around.ts';

const change = { event: 'push', branch: 'main', defaultBranch: 'main', fork: false } as const;

/** The files that examples include. */
const included = new Map(['ci/jobs.yml', 'ci/templates.yml', 'ci/deploy.yml'].map((file) => [file, '']));

/** Parses and plans; answers what is wrong with it, mistakes and warnings. */
function problemsOf(source: string): string {
  const parsed = parsePipeline(source, '.hookline.yml', included);
  if (!parsed.ok) return renderProblems(parsed.problems, source);
  const plan = planRun(parsed.pipeline, change);
  const isEmpty = plan.jobs.length === 0;
  return renderProblems(parsed.warnings, source) + (isEmpty ? 'there is no job' : '');
}

const keys = everyKey().map((chain) => ({ chain, key: chain.at(-1) ?? chain[0] }));

describe('the reference of .hookline.yml', () => {
  it('is as the definition makes it, and so is the JSON Schema: node test/reference/reference.ts --write', async () => {
    expect(await staleFiles()).toEqual([]);
  });

  it.each(keys.map(({ key, chain }) => [key.fullPath, key, chain] as const))(
    'says what %s is, what holds without it, and shows it in an example that can be carried out',
    (_, key, chain) => {
      expect(key.description).not.toBe('');
      expect(key.wanted).not.toBe('');
      expect(key.examples).not.toEqual([]);
      for (const example of key.examples) {
        expect(problemsOf(stringify(fileAround(chain, example)))).toBe('');
      }
    },
  );

  it.each(describeKeys().map(({ fullPath }) => fullPath))('shows %s in a whole file', (name) => {
    const source = pageExamples[name] ?? '';
    const [document] = parseAllDocuments(source);
    expect(Object.keys(Object(document && 'toJS' in document ? document.toJS() : {}))).toContain(name);
    expect(problemsOf(source)).toBe('');
  });

  it('has no example for a page that there is not', () => {
    expect(Object.keys(pageExamples)).toEqual(describeKeys().map(({ fullPath }) => fullPath));
  });
});

describe('the page about a mistake', () => {
  it.each([
    ['jobs.test.timeout', 'jobs#timeout'],
    ['jobs.test.approval.by[0]', 'jobs#approvalby'],
    ['jobs.test.steps[3].run', 'steps#run'],
    ['jobs.test.env.HOME', 'env'],
    ['jobs.test.matrix.node', 'jobs#matrix'],
    ['jobs["a name"].needs', 'jobs#needs'],
    ['jobs.test.stepz', 'jobs'],
    ['deploy.production.codedeploy.region', 'deploy#codedeployregion'],
    ['on.schedule[1].cron', 'on#schedulecron'],
    ['steps[0].retry.wait', 'steps#retrywait'],
  ])('%s is %s', (path, reference) => {
    expect(findReference(path)).toBe(reference);
  });

  it.each(['', 'job', '[0]', 'constructor.name'])('%j has none', (path) => {
    expect(findReference(path)).toBeUndefined();
  });

  it('is there, and has the heading, for every key', () => {
    const files = referenceFiles();
    for (const { key } of keys) {
      const [page = '', anchor] = (findReference(key.fullPath.replaceAll('<name>', 'x')) ?? '').split('#');
      const headings = Array.from(
        (files.get(`${page}.md`) ?? '').matchAll(/^#+ `(.*)`$/gm),
        ([, code = '']) => code,
      );
      const anchors = headings.map((code) => code.replaceAll(/[^\w-]/g, ''));
      expect(anchors, key.fullPath).toContain(anchor ?? page);
    }
  });
});
