import { callService } from './call-service.ts';
import type { Command } from './command.ts';

export type RunnerLine = {
  id: string;
  name: string;
  kind: string;
  status: string;
  order?: { order: string; by: string };
  engine?: string;
  labels: string[];
  slots: number;
  busy: number;
  lastSeenAt: string;
  jobs: { repository: string; runNumber: number; jobName: string }[];
};

export const runners: Command = {
  usage: '',
  summary: 'who carries out jobs and deployments, how each is and what it does',
  async run() {
    const response = await callService('/api/v1/runners');
    const { items, all } = (await response.json()) as { items: RunnerLine[]; all?: { by: string } };
    if (all) console.log(`every runner is held by ${all.by}; \`hookline resume --all\` lets them go on`);
    if (items.length === 0) console.log('no runner has been heard of yet');
    for (const runner of items) console.log(runnerLine(runner));
    return 0;
  },
};

export function runnerLine({
  id,
  name,
  kind,
  status,
  busy,
  slots,
  labels,
  lastSeenAt,
  jobs,
}: RunnerLine): string {
  const does = jobs.map((job) => `${job.repository} #${job.runNumber} ${job.jobName}`);
  const what = does.length > 0 ? does.join(', ') : labels.join(',');
  const place = kind === 'deployments' ? `${name} (deployer)` : name;
  const when = status === 'silent' || status === 'stopped' ? `  last seen ${lastSeenAt}` : '';
  return `${id}  ${status.padEnd(9)}  ${busy}/${slots}  ${place.padEnd(24)}  ${what}${when}`;
}
