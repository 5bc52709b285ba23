import { z } from 'zod';
import { flag, text } from './shape-values.ts';

/** Without commas: they part the values of a combination in the name of its job. */
const axisText = text('a value').regex(/^[^\p{Cc},]{1,64}$/u, {
  error: 'a value on one line, without commas, of at most 64 characters',
});
const axisValue = z.union([axisText, z.number(), z.boolean()], { error: 'text, a number, true or false' });

const axisForm = 'an axis: a name of letters, digits and _ that begins with a letter, at most 32 long';
const axisName = text(axisForm).regex(/^[A-Za-z]\w{0,31}$/, { error: axisForm });

const valueList = 'a list of values, such as [20, 22]';
const axis = z
  .array(axisValue, { error: valueList })
  .min(1, { error: valueList })
  .max(200, { error: 'at most 200 values' });

const combinations = z
  .array(z.record(axisName, axisValue, { error: 'a mapping of axes to values' }), {
    error: 'a list of combinations, such as "- { node: 24, os: trixie }"',
  })
  .max(100, { error: 'at most 100 combinations' });

/** Names of axes are checked in `check-matrix.ts`, with what else takes more than one place of the file. */
export const matrix = z
  .object(
    {
      include: combinations.optional().meta({
        description:
          'Further combinations. Each one names every axis; without axes, the items say what there is.',
        unlessGiven: 'none',
        examples: [[{ node: 24 }]],
      }),
      exclude: combinations.optional().meta({
        description:
          'Combinations of the axes to leave out: all that have the values named, whatever the rest.',
        unlessGiven: 'none',
        examples: [[{ node: 20 }]],
      }),
      fail_fast: flag.optional().meta({
        description: 'When true, the first combination that fails cancels the others.',
        unlessGiven: 'false',
        examples: [true],
      }),
    },
    { error: 'axes, each with a list of values, such as "node: [20, 22]"' },
  )
  .catchall(axis)
  .meta({
    description:
      'Makes one job of each combination of values of its axes, named "test (node=20, os=bookworm)". The value of ' +
      'the axis node is the environment variable MATRIX_NODE, and stands for `{matrix.node}` in image, in the values ' +
      'of env and in names of artifacts. Jobs that need this one need all of its combinations.',
    unlessGiven: 'one job',
    limits: 'at most 200 values of an axis, and as many jobs in all as a file may have',
    examples: [{ node: [20, 22] }],
  });
