import type { JobEvent } from '../../contract/job-event.ts';
import { isFinal, type Job, type Run } from '../../runs/run.ts';
import { reportsLine } from '../../runs/test-reports.ts';
import { paint, plain, plainText, tamed } from './paint.ts';
import { endedJobs } from './plain-view.ts';
import { testLines } from './test-lines.ts';
import type { View, ViewEvent } from './view-event.ts';
import { countText, endText, tookText } from './words.ts';

/** The step that a job is at, with its last lines. */
type CurrentStep = { name: string; startedAtMs: number; lines: readonly string[]; lineCount: number };
type CurrentJob = { step?: CurrentStep; note?: string };
type LiveState = { run?: Run; current: ReadonlyMap<string, CurrentJob> };

/** Of a step that fails this much is shown; its log has all of it. */
const keptLines = 200;
const shownWhileRunning = 3;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** For a terminal: what has ended stays as lines, the output of what failed with it; what is under way moves below. */
export const liveView: View<LiveState> = {
  initial: { current: new Map() },
  next(state, event) {
    switch (event.type) {
      case 'note':
        return { state, print: [tamed(event.text)] };
      case 'run':
        return {
          state: { ...state, run: event.run },
          print: endedJobs(state.run, event.run).map(endedJob),
        };
      case 'lines':
        return { state: changed(state, event.jobId, (job) => withLines(job, event.lines)), print: [] };
      case 'job':
        return ofJob(state, event);
    }
  },
  live({ run, current }, { nowMs, rows }) {
    if (!run) return [];
    const spinner = paint('cyan', frames[Math.floor(nowMs / frameMs) % frames.length] ?? '');
    const running = run.jobs.filter(({ status }) => status === 'running');
    const lines = running.flatMap((job) => runningJob(job, current.get(job.id) ?? {}, spinner, nowMs));
    const waiting = run.jobs.filter(({ status }) => !isFinal(status) && status !== 'running');
    if (waiting.length > 0) {
      lines.push(paint('dim', `  then ${waiting.map(({ name }) => name).join(', ')}`));
    }
    return lines.slice(0, Math.max(1, rows - 1));
  },
};

function ofJob(state: LiveState, { jobId, event }: Extract<ViewEvent, { type: 'job' }>) {
  if (event.type === 'step.started') {
    const step = { name: event.name, startedAtMs: event.at, lines: [], lineCount: 0 };
    return { state: changed(state, jobId, (job) => ({ ...job, step })), print: [] };
  }
  const name = state.run?.jobs.find(({ id }) => id === jobId)?.name ?? jobId;
  if (event.type === 'reports.read') return { state, print: readReports(name, event) };
  if (event.type !== 'step.finished') return { state, print: [] };
  const step = state.current.get(jobId)?.step;
  const next = changed(state, jobId, ({ step: _step, ...job }) => job);
  return { state: next, print: step ? endedStep(name, step, event) : [] };
}

function readReports(job: string, event: Extract<JobEvent, { type: 'reports.read' }>): string[] {
  const { tests, more } = testLines(event);
  const line = reportsLine(event);
  const sign = tests.length === 0 ? paint('green', '✓') : paint('red', '✗');
  return [
    ...(event.problems ?? []).map((problem) => `${paint('yellow', '!')} ${job} › ${plainText(problem)}`),
    ...(line === '' ? [] : [`${sign} ${job} › ${line}`]),
    ...tests.flatMap(({ title, message }) => [
      `  ${paint('red', '✗')} ${title}`,
      ...message.map((text) => `    ${paint('dim', '│')} ${text}`),
    ]),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function endedStep(job: string, step: CurrentStep, event: Extract<JobEvent, { type: 'step.finished' }>) {
  const title = `${job} › ${plainText(step.name)}`;
  const took = paint('dim', tookText(event.at - step.startedAtMs));
  if (event.outcome === 'success') {
    const folded = step.lineCount === 0 ? '' : paint('dim', `, ${countText(step.lineCount, 'line')}`);
    return [`${paint('green', '✓')} ${title}  ${took}${folded}`];
  }
  const [why = ''] = (event.message ?? event.outcome).split('\n');
  const sign = event.allowed ? paint('yellow', '!') : paint('red', '✗');
  const cut = step.lineCount - step.lines.length;
  const before = cut > 0 ? [paint('dim', `  │ … ${countText(cut, 'line')} before these`)] : [];
  const output = step.lines.map((line) => `  ${paint('dim', '│')} ${tamed(line)}${plain}`);
  const allowed = event.allowed ? ', which is allowed' : '';
  return [`${sign} ${title}  ${took}  ${plainText(why)}${allowed}`, ...before, ...output];
}

function endedJob(job: Job): string {
  const signs: Partial<Record<Job['status'], string>> = {
    success: paint('green', '✓'),
    failure: paint('red', '✗'),
    error: paint('red', '✗'),
  };
  const sign = signs[job.status] ?? paint('dim', '-');
  const text = `${paint('bold', job.name)}: ${plainText(endText(job))}`;
  return `${sign} ${job.status === 'skipped' ? paint('dim', text) : text}`;
}

function runningJob(job: Job, { step, note }: CurrentJob, spinner: string, nowMs: number): string[] {
  const phase = step ? plainText(step.name) : paint('dim', plainText(note ?? 'begins'));
  const since = step?.startedAtMs ?? job.startedAtMs;
  const took = since === undefined ? '' : `  ${paint('dim', tookText(nowMs - since))}`;
  const tail = (step?.lines ?? []).slice(-shownWhileRunning).map((line) => {
    return paint('dim', `    ${plainText(line)}`);
  });
  return [`${spinner} ${job.name} › ${phase}${took}`, ...tail];
}

function withLines(job: CurrentJob, lines: Extract<ViewEvent, { type: 'lines' }>['lines']): CurrentJob {
  const note = lines.findLast(({ step }) => step === undefined)?.text ?? job.note;
  const said = lines.flatMap(({ step, text }) => (step === undefined ? [] : [text]));
  const step = job.step && {
    ...job.step,
    lines: [...job.step.lines, ...said].slice(-keptLines),
    lineCount: job.step.lineCount + said.length,
  };
  return { ...(step ? { step } : {}), ...(note === undefined ? {} : { note }) };
}

function changed(state: LiveState, jobId: string, change: (job: CurrentJob) => CurrentJob): LiveState {
  return { ...state, current: new Map(state.current).set(jobId, change(state.current.get(jobId) ?? {})) };
}
