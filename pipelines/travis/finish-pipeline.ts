import type { Pipeline } from '../pipeline.ts';
import type { Problem } from '../problem.ts';
import type { Node, Reader } from './read-node.ts';
import { shellQuoted } from './shell-words.ts';

/** As of any script, see `pipeline-shape.ts`; and all jobs together are stored with each run. */
const longestScriptBytes = 100 * 1024;
const longestPipelineBytes = 8 * 1024 * 1024;

export function checkSize(reader: Reader, root: Node, pipeline: Pipeline): void {
  const steps = pipeline.jobs.flatMap((job) => job.steps);
  if (steps.some(({ run }) => Buffer.byteLength(run) > longestScriptBytes)) {
    reader.error(root, 'a phase is longer than 100 KiB', 'long scripts in files of their own');
  }
  if (JSON.stringify(pipeline).length > longestPipelineBytes) {
    reader.error(
      root,
      `its ${pipeline.jobs.length} jobs are too long together`,
      'scripts in files of their own',
    );
  }
}

const mostNotes = 30;

/** Each job says at its beginning what is not as it was at Travis. */
export function withNotes(pipeline: Pipeline, warnings: readonly Problem[]): Pipeline {
  const notes = warnings.slice(0, mostNotes).map(({ file, line, message, expected }) => {
    return `echo ${shellQuoted(`${file}:${line} ${message}: ${expected}`.replaceAll(/\p{Cc}/gu, ' '))}`;
  });
  if (notes.length === 0) return pipeline;
  const jobs = pipeline.jobs.map((job) => {
    const [first, ...others] = job.steps;
    return first
      ? { ...job, steps: [{ ...first, run: `${first.run}\n${notes.join('\n')}` }, ...others] }
      : job;
  });
  return { ...pipeline, jobs };
}
