import { readFileSync } from 'node:fs';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';
import { renderProblems } from '../../pipelines/problem.ts';
import { messageOf } from '../errors.ts';
import type { Command } from './command.ts';
import { UsageRefusal } from './command.ts';

export const validate: Command = {
  usage: '[FILE]',
  summary: 'checks a pipeline file (.hookline.yml unless named) and shows every mistake',
  async run([file = '.hookline.yml']) {
    let source: string;
    try {
      source = readFileSync(file, 'utf8');
    } catch (error) {
      throw new UsageRefusal('usage', `${file} cannot be read: ${messageOf(error)}`);
    }
    const parsed = parsePipeline(source, file);
    if (!parsed.ok) {
      console.error(renderProblems(parsed.problems, source));
      return 1;
    }
    if (parsed.warnings.length > 0) console.error(renderProblems(parsed.warnings, source));
    const { jobs, deploys } = parsed.pipeline;
    const deployments = deploys.map((deploy) => deploy.environment).join(', ') || 'none';
    console.log(
      `${file} is right: jobs ${jobs.map((job) => job.name).join(', ')}; deployments ${deployments}`,
    );
    return 0;
  },
};
