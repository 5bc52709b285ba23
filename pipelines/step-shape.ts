import { z } from 'zod';
import {
  directory,
  duration,
  environmentVariables,
  flag,
  mapping,
  named,
  oneOf,
  text,
} from './shape-values.ts';

/** Linux takes at most 128 KiB in one argument, and a script is handed to its shell as one. */
const longestScriptBytes = 100 * 1024;

const script = text('a shell command')
  .refine((value) => value.trim() !== '', { error: 'a shell command' })
  .refine((value) => Buffer.byteLength(value) <= longestScriptBytes, {
    error: 'a script of at most 100 KiB: put it in a file of the repository and run that',
  })
  .refine((value) => !value.includes('\0'), { error: 'a script without NUL characters' });

const again = 'how often it is tried again: a whole number from 1 to 9';
const tries = 'how many tries there are: a whole number from 2 to 10';
const retryForm = 'how often it is tried again, such as 2, or a mapping such as { attempts: 3, wait: 10s }';

const retry = z
  .union(
    [
      z.int({ error: again }).min(1, { error: again }).max(9, { error: again }),
      mapping(retryForm, {
        attempts: z
          .int({ error: tries })
          .min(2, { error: tries })
          .max(10, { error: tries })
          .meta({ description: 'How many tries there are, the first one counted.', examples: [3] }),
        wait: duration.optional().meta({
          description: 'How long to wait before each further try.',
          unlessGiven: 'not at all',
          examples: ['10s'],
        }),
      }),
    ],
    { error: retryForm },
  )
  .meta({
    description:
      'Runs the step again in the same container when it fails: as often as the number says, or until it was tried ' +
      '`attempts` times. Each try has the whole `timeout` of the step. The last one counts.',
    unlessGiven: 'it is tried once',
    examples: [2, { attempts: 3, wait: '10s' }],
  });

const step = mapping('a command, or a mapping with run', {
  name: named(/^\P{Cc}{1,100}$/u, 'a name on one line, of at most 100 characters')
    .optional()
    .meta({
      description: 'What the step is called on pages and in logs.',
      unlessGiven: 'the first line of its script',
      examples: ['unit tests'],
    }),
  run: script.meta({ description: 'The script, handed whole to the shell.', examples: ['npm test'] }),
  shell: oneOf(['sh', 'bash'])
    .optional()
    .meta({
      description: 'The shell that runs the script; the image must have it.',
      unlessGiven: 'sh',
      examples: ['bash'],
    }),
  env: environmentVariables
    .optional()
    .meta({ description: 'Environment variables of this step alone.', examples: [{ CI: 'true' }] }),
  working_directory: directory.optional().meta({
    description: 'The directory of the repository in which the script begins.',
    unlessGiven: 'the top of the repository',
    examples: ['packages/web'],
  }),
  timeout: duration.optional().meta({
    description: 'How long one try of the step may take, at most as long as the job.',
    unlessGiven: 'what is left to the job',
    examples: ['10m'],
  }),
  retry: retry.optional(),
  when: oneOf(['success', 'failure', 'always'])
    .optional()
    .meta({
      description:
        'Whether the step is run after the steps before it went well, after one failed, or in any case.',
      unlessGiven: 'success',
      examples: ['always'],
    }),
  continue_on_error: flag.optional().meta({
    description: 'When true, the job goes on as if the step had not failed.',
    unlessGiven: 'false',
    examples: [true],
  }),
});

const stepList = 'a list of steps, such as "- npm test"';
export const steps = z
  .array(z.union([script, step], { error: 'a command, or a mapping with run' }), { error: stepList })
  .min(1, { error: 'at least one step' })
  .max(500, { error: 'at most 500 steps' })
  .meta({
    description: 'What a job does, in order, in one container. A step that fails ends the job.',
    examples: [['npm ci', 'npm test']],
  });

export type StepShape = z.output<typeof step>;
