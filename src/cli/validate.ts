import { existsSync, readFileSync } from 'node:fs';
import { collectIncluded } from '../../pipelines/include-files.ts';
import { languageOf, parseFile, pipelineFiles } from '../../pipelines/parse-file.ts';
import { planRun } from '../../pipelines/plan.ts';
import { renderProblems } from '../../pipelines/problem.ts';
import { messageOf } from '../errors.ts';
import type { Command } from './command.ts';
import { UsageRefusal } from './command.ts';

export const validate: Command = {
  usage: '[FILE] [--plan]',
  summary:
    'checks a pipeline file (.hookline.yml, else .travis.yml, unless named) and shows every mistake; ' +
    '--plan prints what a push to main would do',
  async run(given) {
    const wantsPlan = given.includes('--plan');
    const [named] = given.filter((each) => each !== '--plan');
    const { file, source } = named === undefined ? findFile() : { file: named, source: read(named) };
    const included = await collectIncluded(source, file, readIncluded);
    const parsed = parseFile(source, file, { included });
    const textOf = (name: string) => included.get(name) ?? source;
    if (!parsed.ok) {
      console.error(renderProblems(parsed.problems, textOf, pageAddress()));
      return 1;
    }
    if (parsed.warnings.length > 0) console.error(renderProblems(parsed.warnings, textOf, pageAddress()));
    if (wantsPlan) {
      const change = { event: 'push', branch: 'main', defaultBranch: 'main', fork: false } as const;
      console.log(JSON.stringify(planRun(parsed.pipeline, change), null, 2));
      return 0;
    }
    const { jobs, deploys } = parsed.pipeline;
    const deployments = deploys.map((deploy) => deploy.environment).join(', ') || 'none';
    const right = languageOf(file) === 'travis' ? 'can be translated' : 'is right';
    console.log(
      `${file} ${right}: jobs ${jobs.map((job) => job.name).join(', ')}; deployments ${deployments}`,
    );
    return 0;
  },
};

/** What is included lies where a push would find it: below the top of the working tree, which is here. */
async function readIncluded(paths: readonly string[]): Promise<Map<string, string>> {
  return new Map(paths.filter((path) => existsSync(path)).map((path) => [path, read(path)]));
}

/** The pages about keys are served by whichever installation this shell is set up for; else they are among our files. */
function pageAddress(): ((reference: string) => string) | undefined {
  const base = process.env['HOOKLINE_PUBLIC_URL']?.trim();
  return base ? (reference) => `${base.replace(/\/+$/, '')}/reference/${reference}` : undefined;
}

/** The first that is there, as a push would find it. */
function findFile(): { file: string; source: string } {
  const file = pipelineFiles.find((each) => existsSync(each));
  if (file !== undefined) return { file, source: read(file) };
  const names = pipelineFiles.join(' and no ');
  throw new UsageRefusal('usage', `there is no ${names} here; \`hookline init\` writes one`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageRefusal('usage', `${file} cannot be read: ${messageOf(error)}`);
  }
}
