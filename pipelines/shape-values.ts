import { z } from 'zod';
import { cronFault } from './cron-fault.ts';
import { durationPattern, isTimeout } from './duration.ts';
import { pathFault, patternFault } from './pattern-fault.ts';
import { zoneFault } from './zone-fault.ts';

/**
 * A mapping of just these keys.
 *
 * Every `error` text here and in `pipeline-shape.ts` is what was wanted there, in words that follow
 * "expected:"; what was found is said by `shape-problems.ts`. For a key that nobody knows, the text is the
 * list of those that are known.
 */
export function mapping<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : what) });
}

export const text = (what: string) => z.string({ error: what });

export const named = (form: RegExp, what: string) => text(what).regex(form, { error: what });

export const atMost = (length: number, what: string) =>
  text(what)
    .min(1, { error: what })
    .max(length, { error: `${what} of at most ${length} characters` });

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: values.join(' or ') });

export const flag = z.boolean({ error: 'true or false' });

/** One value stands for a list of one. */
export function listOf<Item extends z.ZodType<string, string>>(item: Item, what: string) {
  const list = z.array(item, { error: what }).min(1, { error: what }).max(1000, { error: 'at most 1000' });
  return z.union([item, list], { error: what });
}

export const duration = text('a duration such as 90s, 10m or 1h30m')
  .regex(durationPattern, { error: 'a duration such as 90s, 10m or 1h30m', abort: true })
  .refine(isTimeout, { error: 'more than 0s and at most 24h' })
  .describe('A duration such as 90s, 10m or 1h30m; at most 24h.');

export const checked = (what: string, fault: (value: string) => string | undefined) =>
  text(what).superRefine((value, context) => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

export const patterns = listOf(
  checked('a pattern such as main or release/*', patternFault),
  'a list of patterns',
).meta({
  description:
    'Globs: `*` is anything but `/`, `**` anything, `!` in front takes away what earlier ones matched.',
  limits: 'short names, each of at most 255 characters without spaces',
});

export const paths = listOf(
  checked('a path inside the repository', (path) => pathFault(path, { globs: true })),
  'a list of paths inside the repository',
);

export const directory = checked('a directory inside the repository', (path) =>
  pathFault(path, { globs: false }),
);

const variableForm = 'a name of letters, digits and _ that does not begin with a digit';
const variableName = named(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, variableForm);

const variableValue = z.union(
  [z.string().regex(/^[^\0]*$/, { error: 'text without NUL characters' }), z.number(), z.boolean(), z.null()],
  {
    error: 'text, a number, true or false',
  },
);

export const environmentVariables = z
  .record(variableName, variableValue, { error: 'variables, one "NAME: value" per line' })
  .meta({
    description: 'Environment variables. Quote versions: unquoted, 1.10 is the number 1.1.',
    unlessGiven: 'none',
    examples: [{ NODE_ENV: 'test', PYTHON: '3.10' }],
  });

export type VariablesShape = z.output<typeof environmentVariables>;

export const secrets = listOf(variableName, 'a list of the names of secrets').meta({
  description: 'Names of secrets of this repository, given as environment variables. Runs of forks get none.',
  unlessGiven: 'none',
  examples: [['NPM_TOKEN']],
});

export const cron = checked("five fields such as '0 3 * * 1-5'", cronFault).meta({
  description:
    'Minute, hour, day of the month, month and day of the week. Quote it: a leading `*` means something else to YAML.',
});

export const timeZone = checked('a time zone such as Europe/Paris, or UTC', zoneFault).meta({
  description: 'A name of the IANA time zone database.',
});

export const branchName = checked('the name of a branch', (value) =>
  /[*?!]/.test(value) ? 'the name of one branch, without patterns' : patternFault(value),
);

const nameForm = 'a name of letters, digits, - and _ that begins with a letter or digit, at most 64 long';
export const name = named(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, nameForm);

const environmentForm = 'a name of letters, digits, -, _ and . that begins with a letter or digit';
export const environmentName = named(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, environmentForm);

/** What it must be once its placeholders, if it has any, are replaced. */
export const artifactForm = {
  pattern: /^[a-z0-9][a-z0-9._-]{0,63}$/,
  expected: 'a name of a-z, 0-9, -, _ and . that begins with a letter or digit, at most 64 long',
};
export const artifactName = named(
  /^(?:[a-z0-9]|\{[^{}]*\})(?:[a-z0-9._-]|\{[^{}]*\}){0,63}$/,
  artifactForm.expected,
);

export const imageForm = {
  pattern: /^[a-zA-Z0-9][\w./:@-]{0,254}$/,
  expected: 'a container image such as node:24 or hookline/node',
};
export const image = named(imageForm.pattern, imageForm.expected).meta({
  description: 'The container image that steps run in; of every job that names none.',
  limits: 'one that HOOKLINE_IMAGES allows',
  examples: ['node:24-bookworm-slim'],
});
export const jobImage = named(
  /^(?:[a-zA-Z0-9]|\{[^{}]*\})(?:[\w./:@-]|\{[^{}]*\}){0,254}$/,
  imageForm.expected,
).meta({
  description: 'The container image the steps run in; may hold `{matrix.<axis>}`.',
  limits: 'one that HOOKLINE_IMAGES allows',
});
