import { jobsMadeOf } from './check-matrix.ts';
import { axisNamesOf, renderMatrix } from './matrix.ts';
import { nearestTo } from './nearest.ts';
import type { JobOutline, Outline, Template } from './outline.ts';
import { artifactForm, imageForm } from './shape-values.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** Everything in braces is an axis of the job's matrix, and what it becomes may stand where it stands. */
export function checkPlaceholders({ jobs, templates }: Outline): Finding[] {
  return [
    ...templates.flatMap(({ path, text }) =>
      wordsOf({ path, text, kind: 'variable' }).map((word) => {
        const expected = 'it in the env of a job with a matrix: these variables are for all jobs';
        return { path, message: `${quote(`{${word}}`)} in the env of the pipeline`, expected };
      }),
    ),
    ...jobs.flatMap(checkJob),
  ];
}

function checkJob(job: JobOutline): Finding[] {
  if (job.templates.length === 0) return [];
  const made = jobsMadeOf(job);
  return job.templates.flatMap((template) => checkTemplate(template, job, made));
}

function checkTemplate(template: Template, job: JobOutline, made: ReturnType<typeof jobsMadeOf>): Finding[] {
  const { path } = template;
  const axes = job.matrix ? axisNamesOf(job.matrix) : [];
  const unknown = wordsOf(template).filter((word) => !axes.some((axis) => word === `matrix.${axis}`));
  if (unknown.length > 0) return unknown.map((word) => unknownWord(word, path, axes, job));
  const form = forms[template.kind];
  if (!form || !job.matrix) return [];
  for (const { name, values } of made) {
    const rendered = renderMatrix(template.text, values);
    if (form.pattern.test(rendered)) continue;
    return [{ path, message: `${quote(rendered)} in job "${name}"`, expected: form.expected }];
  }
  return [];
}

const forms = { image: imageForm, artifact: artifactForm, variable: undefined };

/** The value of a variable may hold braces of its own: only what begins as a word of the matrix is one. */
function wordsOf({ kind, text }: Template): string[] {
  const words = kind === 'variable' ? /\{(matrix\.[^{}]*)\}/g : /\{([^{}]*)\}/g;
  return Array.from(text.matchAll(words), ([, word = '']) => word);
}

function unknownWord(
  word: string,
  path: Template['path'],
  axes: readonly string[],
  job: JobOutline,
): Finding {
  const shown = quote(`{${word}}`);
  if (!job.matrix) {
    return {
      path,
      message: `${shown} in job "${job.name}", which has no matrix`,
      expected: 'no braces here',
    };
  }
  const known = axes.map((axis) => `matrix.${axis}`);
  const nearest = nearestTo(word, known);
  const choice = known.map((name) => `{${name}}`).join(', ');
  const expected = nearest === undefined ? `one of ${choice}` : `did you mean {${nearest}}?`;
  return { path, message: `unknown ${shown}`, expected };
}
