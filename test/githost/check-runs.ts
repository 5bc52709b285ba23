import { z } from 'zod';

const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'timed_out',
] as const;
const mostBytes = 65_535;
const longText = z.string().refine((text) => Buffer.byteLength(text) <= mostBytes, 'is too long');
const time = z.iso.datetime();

const annotation = z
  .strictObject({
    path: z.string().min(1),
    start_line: z.int().positive(),
    end_line: z.int().positive(),
    start_column: z.int().positive().optional(),
    end_column: z.int().positive().optional(),
    annotation_level: z.enum(['notice', 'warning', 'failure']),
    message: z.string().refine((text) => Buffer.byteLength(text) <= 65_536, 'is too long'),
    title: z.string().max(255).optional(),
    raw_details: longText.optional(),
  })
  .refine(
    ({ start_line, end_line, start_column }) => start_column === undefined || start_line === end_line,
    'columns only when the annotation starts and ends on one line',
  );

const output = z.strictObject({
  title: z.string().optional(),
  summary: longText,
  text: longText.optional(),
  annotations: z.array(annotation).max(50).optional(),
});

const action = z.strictObject({
  label: z.string().max(20),
  description: z.string().max(40),
  identifier: z.string().max(20),
});

const update = z.strictObject({
  name: z.string().min(1).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  started_at: time.optional(),
  conclusion: z.enum(conclusions).optional(),
  completed_at: time.optional(),
  output: output.optional(),
  actions: z.array(action).max(3).optional(),
});
const creation = update.extend({ name: z.string().min(1), head_sha: z.string().length(40) });

type Annotation = z.output<typeof annotation>;

/** A check run as it stands, and every state that it was seen in, the first one first. */
export interface CheckRun {
  readonly id: number;
  readonly appId: number;
  readonly repository: string;
  readonly head_sha: string;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: (typeof conclusions)[number] | null;
  external_id: string;
  details_url: string;
  started_at: string | null;
  completed_at: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: Annotation[];
  actions: z.output<typeof action>[];
  readonly states: string[];
}

export interface CheckRuns {
  /** Takes it, or says why GitHub would not. */
  create(appId: number, repository: string, body: unknown): CheckRun | { message: string };
  update(check: CheckRun, body: unknown): CheckRun | { message: string };
  find(repository: string, id: number): CheckRun | undefined;
  /** The newest first. */
  list(repository: string, sha: string): CheckRun[];
}

/** https://docs.github.com/en/rest/checks/runs, with its limits. */
export function createCheckRuns(): CheckRuns {
  const all: CheckRun[] = [];

  function apply(check: CheckRun, given: z.output<typeof update>): CheckRun | { message: string } {
    if (given.status === 'completed' && given.conclusion === undefined) {
      return { message: 'Invalid request. A completed check run needs a conclusion.' };
    }
    const { output: said, conclusion, status, ...rest } = given;
    Object.assign(check, rest);
    if (conclusion !== undefined) {
      check.status = 'completed';
      check.conclusion = conclusion;
      check.completed_at = given.completed_at ?? new Date().toISOString();
    } else if (status !== undefined) {
      check.status = status;
      check.conclusion = null;
      check.completed_at = null;
    }
    if (said) {
      check.title = said.title ?? check.title;
      check.summary = said.summary;
      check.text = said.text ?? check.text;
      check.annotations.push(...(said.annotations ?? []));
    }
    const state = check.conclusion ?? check.status;
    if (check.states.at(-1) !== state) check.states.push(state);
    return check;
  }

  return {
    create(appId, repository, body) {
      const read = creation.safeParse(body);
      if (!read.success) return { message: `Invalid request. ${z.prettifyError(read.error)}` };
      const { head_sha, ...given } = read.data;
      const check: CheckRun = {
        id: 40_000_000_000 + all.length,
        appId,
        repository,
        head_sha,
        name: given.name,
        status: 'queued',
        conclusion: null,
        external_id: '',
        details_url: '',
        started_at: new Date().toISOString(),
        completed_at: null,
        title: null,
        summary: null,
        text: null,
        annotations: [],
        actions: [],
        states: [],
      };
      const taken = apply(check, given);
      if (!('message' in taken)) all.push(check);
      return taken;
    },
    update(check, body) {
      const read = update.safeParse(body);
      if (!read.success) return { message: `Invalid request. ${z.prettifyError(read.error)}` };
      return apply(check, read.data);
    },
    find: (repository, id) => all.find((check) => check.id === id && check.repository === repository),
    list: (repository, sha) =>
      all.filter((check) => check.repository === repository && check.head_sha === sha).reverse(),
  };
}
