import { callService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';
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
  usage: 'prune [--dry-run]',
  summary: 'removes the artifacts and logs that the policy lets go of, which else happens by itself',
  details:
    '--dry-run             shows what would go and why, and removes nothing\n\n' +
    'HOOKLINE_ARTIFACT_DAYS, HOOKLINE_ARTIFACT_RUNS and HOOKLINE_LOG_DAYS of the service are the policy. Always kept are\n' +
    'what a deployment used, and the last green run of each branch and tag.',
  async run(args) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: { 'dry-run': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (positionals.join(' ') !== 'prune') {
      throw new UsageRefusal('usage', 'say `hookline artifacts prune`, with --dry-run to see what would go');
    }
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
