import { z } from 'zod';
import type { CheckBook } from '../runs/check-book.ts';
import type { CheckAction, CheckAnnotation, CheckReport, CheckRun } from '../runs/check-run.ts';
import type { Forge } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

const checkJson = z.object({
  id: z.int().positive(),
  external_id: z.string().nullish(),
  output: z.object({ annotations_count: z.int().nullish() }).nullish(),
});
const listJson = z.object({ check_runs: z.array(checkJson) });
type Standing = z.output<typeof checkJson>;

/** "The Checks API limits the number of annotations to a maximum of 50 per API request." More are appended. */
const annotationsAtOnce = 50;

/** At most three, a label of 20 characters and a description of 40. */
const actions: Record<CheckAction, { label: string; description: string; identifier: CheckAction }> = {
  cancel: { label: 'Cancel', description: 'Cancel the whole run', identifier: 'cancel' },
  approve: { label: 'Approve', description: 'Let it go on with this commit', identifier: 'approve' },
  reject: { label: 'Reject', description: 'End it here', identifier: 'reject' },
};

/**
 * Check runs, made once and brought up to date from then on; only an App may do either.
 * https://docs.github.com/en/rest/checks/runs
 */
export function createGithubChecks({
  apiUrl,
  access,
  book,
}: {
  apiUrl: string;
  access: GithubAccess;
  book: CheckBook;
}): NonNullable<Forge['postCheck']> {
  const api = createGithubApi({ apiUrl, access, permissions: { checks: 'write' } });
  const underway = new Map<string, Promise<void>>();

  async function standing(check: CheckRun, signal?: AbortSignal): Promise<Standing | undefined> {
    const { isFirst, id } = await book.begin(check.externalId);
    if (id !== undefined) return { id };
    if (isFirst) return undefined;
    // Whoever was at it before died before the number was noted.
    const query = new URLSearchParams({ check_name: check.name, filter: 'all', per_page: '100' });
    const { text } = await api.get(
      `/repos/${check.repository}/commits/${check.sha}/check-runs?${query}`,
      signal,
    );
    return listJson
      .parse(JSON.parse(text))
      .check_runs.find(({ external_id }) => external_id === check.externalId);
  }

  async function post(
    check: CheckRun,
    report: CheckReport,
    { targetUrl, signal }: { targetUrl: string; signal?: AbortSignal },
  ): Promise<void> {
    const path = `/repos/${check.repository}/check-runs`;
    const found = await standing(check, signal);
    const left = await unsent(path, report.annotations, found, signal);
    const body = bodyOf(check, report, targetUrl, left.slice(0, annotationsAtOnce));
    const text = found
      ? await api.patch(`${path}/${found.id}`, body, signal)
      : await api.post(path, { ...body, head_sha: check.sha }, signal);
    const { id } = checkJson.parse(JSON.parse(text));
    await book.keep(check.externalId, id);
    for (let sent = annotationsAtOnce; sent < left.length; sent += annotationsAtOnce) {
      const batch = left.slice(sent, sent + annotationsAtOnce);
      await api.patch(`${path}/${id}`, { output: outputOf(check, report, batch) }, signal);
    }
  }

  /** Annotations are never replaced: those that a try before this one has sent must not be sent again. */
  async function unsent(
    path: string,
    annotations: readonly CheckAnnotation[],
    found: Standing | undefined,
    signal?: AbortSignal,
  ): Promise<readonly CheckAnnotation[]> {
    if (!found || annotations.length === 0) return annotations;
    const { text } = await api.get(`${path}/${found.id}`, signal);
    return annotations.slice(checkJson.parse(JSON.parse(text)).output?.annotations_count ?? 0);
  }

  return (check, report, options) => {
    const before = underway.get(check.externalId) ?? Promise.resolve();
    const posted = before.catch(() => {}).then(() => post(check, report, options));
    underway.set(check.externalId, posted);
    const forget = () => {
      if (underway.get(check.externalId) === posted) underway.delete(check.externalId);
    };
    posted.then(forget, forget);
    return posted;
  };
}

function bodyOf(
  check: CheckRun,
  report: CheckReport,
  targetUrl: string,
  annotations: readonly CheckAnnotation[],
) {
  const { state, startedAtMs, finishedAtMs } = check;
  const isLive = state === 'queued' || state === 'in_progress';
  return {
    name: check.name,
    external_id: check.externalId,
    details_url: targetUrl,
    ...(isLive ? { status: state } : { status: 'completed', conclusion: state }),
    ...(startedAtMs === undefined ? {} : { started_at: new Date(startedAtMs).toISOString() }),
    ...(finishedAtMs === undefined ? {} : { completed_at: new Date(finishedAtMs).toISOString() }),
    output: outputOf(check, report, annotations),
    actions: check.actions.map((name) => actions[name]),
  };
}

function outputOf(
  { title }: CheckRun,
  { summary, text }: CheckReport,
  annotations: readonly CheckAnnotation[],
) {
  return {
    title,
    summary,
    ...(text === '' ? {} : { text }),
    ...(annotations.length === 0 ? {} : { annotations: annotations.map(annotationOf) }),
  };
}

function annotationOf({ file, line, column, endColumn, title, message, expected }: CheckAnnotation) {
  return {
    path: file,
    start_line: line,
    end_line: line,
    ...(column === undefined || endColumn === undefined
      ? {}
      : { start_column: column, end_column: Math.max(column, endColumn - 1) }),
    annotation_level: 'failure',
    title: (title ?? message).slice(0, 255),
    message: expected === undefined ? message : `${message}; ${expected}`,
  };
}
