import type { CommitStatus } from '../githost/commit-statuses.ts';
import type { RunSummaryJson } from './hookline-api.ts';
import { durationText } from './layout.ts';
import type { Deployed } from './push-that-deploys.ts';
import type { Scene } from './scene.ts';

export type Findings = {
  readonly runs: readonly RunSummaryJson[];
  readonly historyMs: number;
  readonly memory: readonly { role: string; bytes: number }[];
};

const columns = ['run', 'event', 'branch', 'commit', 'status', 'took', 'title'];

/** The last screen: what ran, where its results are, and what it cost. */
export function showSummary(
  scene: Scene,
  { run, zip, pushToDeployedMs }: Deployed,
  findings: Findings,
): void {
  const { terminal, host, repository, hookline, deployment, logFile } = scene;
  terminal.act('What there is now');
  terminal.table(
    columns,
    findings.runs.map((each) => [
      `#${each.number}`,
      each.event === 'pull_request' ? `pull request ${each.pullRequest}` : each.event,
      each.branch ?? '',
      each.sha.slice(0, 7),
      each.status,
      each.durationMs === undefined ? '' : durationText(each.durationMs),
      each.title,
    ]),
  );
  terminal.line();
  terminal.facts([
    ['zip', zip.file],
    ['its SHA-256', zip.sha256],
    ['deployed', `${deployment.destination}, as ${deployment.user.name}`],
    ['served at', deployment.url],
    ['run page', `${hookline.url}/runs/${run.id}`],
    ['history', `${hookline.url}/api/v1/runs?repository=${repository} (${durationText(findings.historyMs)})`],
    ...[...new Set(findings.runs.map(({ sha }) => sha))]
      .toReversed()
      .map((sha) => [`statuses of ${sha.slice(0, 7)}`, statesText(host.statuses(repository, sha))] as const),
    ['log', logFile],
    ['push to deployed', durationText(pushToDeployedMs)],
    ['memory', memoryText(findings.memory)],
  ]);
}

/** Of each context the states that it went through, from statuses that come newest first. */
function statesText(statuses: readonly CommitStatus[]): string {
  const oldestFirst = statuses.toReversed();
  const contexts = [...new Set(oldestFirst.map(({ context }) => context))];
  return contexts
    .map((context) => {
      const states = oldestFirst.filter((status) => status.context === context).map(({ state }) => state);
      return `${context} ${states.filter((state, at) => state !== states[at - 1]).join(' → ')}`;
    })
    .join(', ');
}

/** What belongs together added up; the whole first. */
export function memoryText(memory: Findings['memory']): string {
  const roles = [...new Set(memory.map(({ role }) => role))];
  const parts = roles
    .map((role) => [role, mebibytes(memory.filter((each) => each.role === role))] as const)
    .filter(([, size]) => size > 0)
    .map(([role, size]) => `${role} ${size}`);
  return `${mebibytes(memory)} MiB (${parts.join(', ')})`;
}

export function mebibytes(memory: Findings['memory']): number {
  return Math.round(memory.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20);
}
