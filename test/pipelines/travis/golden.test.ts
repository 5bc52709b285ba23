import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../../../pipelines/pipeline.ts';
import { renderProblems } from '../../../pipelines/problem.ts';
import { setUp, stepPrelude } from '../../../pipelines/travis/job-functions.ts';
import { parseTravis } from '../../../pipelines/travis/parse-travis.ts';

const folder = join(import.meta.dirname, '../../fixtures/travis');
const sources = readdirSync(folder).filter((name) => name.endsWith('.yml'));
const [always = ''] = setUp(['<end>']).split('\n<end>');

/** A pipeline as a person would look it over: steps as text, without what each of them begins with. */
function shown({ on, jobs, deploys, notifications }: Pipeline): string {
  const steps = jobs.flatMap((job) =>
    job.steps.map(({ name, when, run }) => {
      const own = run.replace(always, '<set up>').replace(`${stepPrelude}\n`, '');
      return `# ${job.name}: ${name}${when === 'success' ? '' : ` (${when})`}\n${own}\n`;
    }),
  );
  const outline = {
    on,
    jobs: jobs.map((job) => ({ ...job, steps: job.steps.length })),
    deploys,
    notifications,
  };
  return `${JSON.stringify(outline, null, 2)}\n\n${steps.join('\n')}`;
}

/** `name.yml` is translated to `name.pipeline.txt`, and what is said of it stands in `name.problems.txt`. */
describe('a file of Travis CI and what becomes of it', () => {
  it('comes in many shapes', () => {
    expect(sources.length).toBeGreaterThanOrEqual(60);
  });

  it.each(sources)('%s', async (name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    const golden = (kind: string) => join(folder, name.replace(/\.yml$/, kind));
    const parsed = parseTravis(source, '.travis.yml');
    const problems = parsed.ok ? parsed.warnings : parsed.problems;
    if (parsed.ok) await expect(shown(parsed.pipeline)).toMatchFileSnapshot(golden('.pipeline.txt'));
    if (problems.length > 0) {
      await expect(renderProblems(problems, source)).toMatchFileSnapshot(golden('.problems.txt'));
    }
    expect(problems.some(({ severity }) => severity === 'error')).toBe(!parsed.ok);
  });
});
