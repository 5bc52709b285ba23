import { callService } from './call-service.ts';
import type { Command } from './command.ts';
import { listItems } from './list-items.ts';
import { parseArguments } from './parse-arguments.ts';

type ExpiredLine = {
  kind: string;
  repository: string;
  runNumber: number;
  ref: string;
  jobName: string;
  fileName?: string;
  sizeBytes: number;
  finishedAt: string;
  because: string;
};
type Answer = {
  policy: { artifactDays?: number; artifactRuns?: number; logDays?: number };
  items: ExpiredLine[];
  more: boolean;
};

export const artifacts: Command = {
  usage: '[--repository R] … | prune [--dry-run]',
  summary: 'the newest artifacts, by the filters of the API; prune removes what the policy lets go of',
  details:
    '--repository, --branch, --status, --name, --limit   of what is listed\n' +
    'prune        removes now the artifacts and logs that else go by themselves\n' +
    '--dry-run    shows what would go and why, and removes nothing\n\n' +
    'HOOKLINE_ARTIFACT_DAYS, HOOKLINE_ARTIFACT_RUNS and HOOKLINE_LOG_DAYS of the service are the policy. Always kept are\n' +
    'what a deployment used, and the last green run of each branch and tag.',
  async run([verb, ...rest]) {
    if (verb !== 'prune') return list(verb === undefined ? [] : [verb, ...rest]);
    const { values } = parseArguments({
      args: rest,
      options: { 'dry-run': { type: 'boolean', default: false } },
    });
    const isDry = values['dry-run'] === true;
    const response = await (isDry
      ? callService('/api/v1/retention')
      : callService('/api/v1/retention/prune', {}));
    const { policy, items, more } = (await response.json()) as Answer;
    console.log(policyText(policy));
    for (const item of items) console.log(lineOf(item));
    const bytes = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const count = `${more ? 'more than ' : ''}${items.length} ${items.length === 1 ? 'item' : 'items'}`;
    console.log(`${count}, ${bytes} bytes ${isDry ? 'would go' : 'removed'}`);
    return 0;
  },
};

const filters = ['repository', 'branch', 'status', 'name', 'limit'] as const;

type ArtifactLine = { id: string; jobName: string; fileName: string; sizeBytes: number; sha256: string };

async function list(args: readonly string[]): Promise<number> {
  const items = await listItems<ArtifactLine>('/api/v1/artifacts', filters, args);
  for (const { id, jobName, fileName, sizeBytes, sha256 } of items) {
    console.log(`${id}  ${sha256}  ${`${sizeBytes} bytes`.padStart(18)}  ${fileName}  ${jobName}`);
  }
  return 0;
}

function policyText({ artifactDays, artifactRuns, logDays }: Answer['policy']): string {
  const kept = (days: number | undefined) => (days === undefined ? 'for ever' : `for ${days} days`);
  const runs = artifactRuns === undefined ? '' : `, those of ${artifactRuns} runs of each branch`;
  return `artifacts are kept ${kept(artifactDays)}${runs}; logs ${kept(logDays)}`;
}

function lineOf(item: ExpiredLine): string {
  const what = item.fileName ?? 'log';
  const where = `${item.repository} #${item.runNumber} ${item.jobName}`;
  const ended = item.finishedAt.slice(0, 10);
  const line = `${ended}  ${where.padEnd(32)}  ${what.padEnd(20)}  ${item.sizeBytes} bytes  ${item.ref}: ${item.because}`;
  // Strangers' words must not steer the terminal.
  return line.replaceAll(/\p{Cc}/gu, ' ');
}
