import type { StepDefinition } from '../pipeline.ts';
import { stepPrelude } from './job-functions.ts';
import type { Language } from './language.ts';
import { type Fields, flagOf, itemsOf, type Node, type Reader, textOf } from './read-node.ts';
import { shellQuoted } from './shell-words.ts';

/** As for a paying customer of Travis. */
export const jobTimeoutMs = 120 * 60_000;

type Phase = { name: string; how: 'must' | 'test' | 'try'; when: StepDefinition['when'] };

const beforeDeploy: readonly Phase[] = [
  { name: 'before_install', how: 'must', when: 'success' },
  { name: 'install', how: 'must', when: 'success' },
  { name: 'before_script', how: 'must', when: 'success' },
  { name: 'script', how: 'test', when: 'success' },
  // A job that failed keeps nothing here, so there is nothing to make ready.
  { name: 'before_cache', how: 'try', when: 'success' },
  { name: 'after_success', how: 'try', when: 'success' },
  { name: 'after_failure', how: 'try', when: 'failure' },
];

/** It comes whatever became of the script, which is asked of the shell: a script that never ran has no end. */
const afterDeploy: readonly Phase[] = [{ name: 'after_script', how: 'try', when: 'always' }];

/** The steps of a job but for its first: one for each phase, and the deployments before the last. */
export function phaseSteps(
  reader: Reader,
  { node, fields }: { node: Node; fields: Fields },
  language: Language,
  { deploying, isCached }: { deploying: readonly StepDefinition[]; isCached: boolean },
): StepDefinition[] {
  const beforeCache = fields.get('before_cache');
  if (beforeCache && !isCached)
    reader.warn(beforeCache, 'before_cache is not run', 'there is no cache that it could make ready');
  const stepOf = (phase: Phase) =>
    phase.name === 'before_cache' && !isCached ? [] : phaseStep(reader, phase, fields, language, node);
  return [...beforeDeploy.flatMap(stepOf), ...deploying, ...afterDeploy.flatMap(stepOf)];
}

function phaseStep(
  reader: Reader,
  phase: Phase,
  fields: Fields,
  language: Language,
  job: Node,
): StepDefinition[] {
  const { name, how, when } = phase;
  const lines = linesOf(reader, fields, name, language);
  if (lines.length === 0) {
    const isSkipped = fields.has('script');
    if (name === 'script' && !isSkipped) {
      reader.warn(
        job,
        `there is no script, and Travis has none for ${language.name}`,
        'script: with what tests the code',
      );
    }
    return [];
  }
  const path = fields.get(name)?.path ?? job.path;
  const commands = lines.map((line) => `travis_${how} ${shellQuoted(line)}`);
  return [makeStep(name, reader.map.lineOf(path), [...opening(phase), ...commands, ...closing(phase)], when)];
}

function opening({ how }: Phase): string[] {
  if (how === 'test') return ['travis_result=0'];
  // Otherwise the job ended before the script did: then Travis leaves out whatever comes after it.
  return how === 'try'
    ? [
        '[ -n "$TRAVIS_TEST_RESULT" ] || travis_skip "left out: the script did not come to its end"',
        'travis_lenient=1',
      ]
    : [];
}

function closing({ how }: Phase): string[] {
  return how === 'test' ? ['export TRAVIS_TEST_RESULT=$travis_result', 'exit "$travis_result"'] : [];
}

/** What the file says, and where it says nothing, what Travis does by itself. */
export function linesOf(reader: Reader, fields: Fields, phase: string, language?: Language): string[] {
  const node = fields.get(phase);
  if (node === undefined) {
    const usual = phase === 'install' ? language?.install : phase === 'script' ? language?.script : undefined;
    return usual === undefined ? [] : [usual];
  }
  if (flagOf(node) === false || node.value === 'skip') return [];
  return itemsOf(node).flatMap((item) => {
    const text = textOf(reader, item)?.trim();
    if (text === undefined)
      reader.error(item, 'a mapping in place of a command', 'quotes around a command that holds ": "');
    return text === undefined || text === '' ? [] : [text];
  });
}

export function makeStep(
  name: string,
  line: number,
  lines: readonly string[],
  when: StepDefinition['when'] = 'success',
): StepDefinition {
  return {
    name,
    line,
    run: [stepPrelude, ...lines].join('\n'),
    shell: 'bash',
    env: {},
    workingDirectory: '.',
    timeoutMs: jobTimeoutMs,
    when,
    continueOnError: false,
  };
}
