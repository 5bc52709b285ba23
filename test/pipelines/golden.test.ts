import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';
import { planRun } from '../../pipelines/plan.ts';
import { renderProblems } from '../../pipelines/problem.ts';

const folder = join(import.meta.dirname, '../fixtures/pipelines');
const sources = readdirSync(folder).filter((name) => name.endsWith('.yml'));

/** `# change: {…}` on the first line says which change is planned; a push to main otherwise. */
function changeOf(source: string) {
  const [, written] = /^# change: (\{.*\})\n/.exec(source) ?? [];
  return JSON.parse(written ?? '{"event":"push","branch":"main","fork":false}');
}

/** `name.yml` is planned as `name.plan.json`, or refused (or warned of) as `name.problems.txt`. */
describe('a pipeline file and what becomes of it', () => {
  it.each(sources)('%s', async (name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    const golden = (kind: string) => join(folder, name.replace(/\.yml$/, kind));
    const parsed = parsePipeline(source, '.hookline.yml');
    const problems = parsed.ok ? parsed.warnings : parsed.problems;
    if (parsed.ok) {
      const plan = planRun(parsed.pipeline, changeOf(source));
      await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(golden('.plan.json'));
    }
    if (problems.length > 0) {
      await expect(renderProblems(problems, source)).toMatchFileSnapshot(golden('.problems.txt'));
    }
    if (!parsed.ok) expect(existsSync(golden('.plan.json'))).toBe(false);
    if (problems.length === 0) expect(existsSync(golden('.problems.txt'))).toBe(false);
  });
});
