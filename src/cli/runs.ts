import type { RunLine } from './call-service.ts';
import type { Command } from './command.ts';
import { listItems } from './list-items.ts';

const filters = ['repository', 'branch', 'status', 'event', 'sha', 'limit'] as const;

export const runs: Command = {
  usage: '[--repository R] [--status S] …',
  summary: 'the newest runs of the service; the filters are those of the API',
  async run(args) {
    const items = await listItems<RunLine>('/api/v1/runs', filters, args);
    for (const run of items) {
      const where = `${run.repository} #${run.number}`;
      const [why] = (run.reason?.message ?? run.title).split('\n');
      const line = `${run.id}  ${run.status.padEnd(9)}  ${where.padEnd(28)}  ${run.sha.slice(0, 8)}  ${why}`;
      // Strangers' words must not steer the terminal.
      console.log(line.replaceAll(/\p{Cc}/gu, ' '));
    }
    return 0;
  },
};
