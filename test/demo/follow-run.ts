import type { JobJson, LogEvent, RunJson } from './hookline-api.ts';
import { durationText } from './layout.ts';
import type { Scene } from './scene.ts';
import { waitFor } from './wait-for.ts';

const runAppearsMs = 30_000;
const runEndsMs = 60_000;
/** How long a line may be under way: the shortest deployments end before their first line is here. */
const lineTravelMs = 250;

/** The run that a delivery leads to. */
export async function findRun(
  { api, repository, signal }: Scene,
  query: { sha: string; event: string },
): Promise<RunJson> {
  const [summary] = await waitFor(
    `a run of ${query.event} ${query.sha.slice(0, 7)}`,
    async () => {
      const runs = await api.runs({ repository, ...query });
      return runs.length > 0 ? runs : undefined;
    },
    { timeoutMs: runAppearsMs, signal },
  );
  if (summary === undefined) throw new Error('a list that is not empty has no first item');
  return api.run(summary.id);
}

/** The run once it has ended. */
export async function runAtItsEnd({ api, signal }: Scene, id: string): Promise<RunJson> {
  const ended = async () => {
    const run = await api.run(id);
    return run.finishedAt === undefined ? undefined : run;
  };
  return waitFor('the run to end', ended, { timeoutMs: runEndsMs, signal });
}

/** Shows the jobs of a run one after the other, each line of their logs as it comes, then their steps. */
export async function followRun(scene: Scene, run: RunJson): Promise<RunJson> {
  const { terminal, checks, api } = scene;
  for (const { id, name } of run.jobs) {
    let firstLineAtMs = Number.POSITIVE_INFINITY;
    let next = 0;
    let gaps = 0;
    for await (const event of api.followLog(id)) {
      if (event.type === 'end') break;
      firstLineAtMs = Math.min(firstLineAtMs, Date.now());
      if (event.type === 'gap' || event.firstLine !== next) gaps += 1;
      if (event.type === 'lines') showLines(scene, name, event);
      next = event.firstLine + (event.type === 'lines' ? event.lines.length : event.lineCount);
    }
    const job = (await api.run(run.id)).jobs.find((each) => each.id === id);
    if (job === undefined) throw new Error(`run ${run.id} has no job ${id} any more`);
    const kept = job.attempts.at(-1)?.log?.lines;
    checks.that(
      `${name}: its log came live and whole`,
      gaps === 0 && next === kept && firstLineAtMs < Date.parse(job.finishedAt ?? '') + lineTravelMs,
      `${kept} lines in order, the first before ${job.finishedAt} and ${lineTravelMs} ms`,
      `${next} lines with ${gaps} gaps, the first at ${timeText(firstLineAtMs)}`,
    );
    terminal.good(`${name}: ${job.status}  ${stepsText(job)}`, job.durationMs);
  }
  return runAtItsEnd(scene, run.id);
}

export function showLines({ terminal }: Pick<Scene, 'terminal'>, job: string, event: LogEvent): void {
  if (event.type !== 'lines') return;
  for (const { text } of event.lines) terminal.log(job, text);
}

function stepsText(job: JobJson): string {
  const steps = job.attempts.at(-1)?.steps ?? [];
  const text = steps
    .filter(({ status }) => status !== 'skipped')
    .map(({ name, durationMs = 0 }) => `${name} ${durationText(durationMs)}`)
    .join(', ');
  return text === '' ? '' : `(${text})`;
}

function timeText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'no time';
}
