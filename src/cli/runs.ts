import { parseArgs } from 'node:util';
import { callService, type RunLine } from './call-service.ts';
import type { Command } from './command.ts';

const filters = ['repository', 'branch', 'status', 'event', 'sha', 'limit'] as const;

export const runs: Command = {
  usage: '[--repository R] [--status S] …',
  summary: 'the newest runs of the service; the filters are those of the API',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(filters.map((name) => [name, { type: 'string' as const }])),
    });
    const query = new URLSearchParams({ limit: '20' });
    for (const [name, value] of Object.entries(values)) query.set(name, String(value));
    const response = await callService(`/api/v1/runs?${query}`);
    const { items } = (await response.json()) as { items: RunLine[] };
    for (const run of items) {
      const where = `${run.repository} #${run.number}`;
      const [why] = (run.reason?.message ?? run.title).split('\n');
      console.log(`${run.id}  ${run.status.padEnd(9)}  ${where.padEnd(28)}  ${run.sha.slice(0, 8)}  ${why}`);
    }
    return 0;
  },
};
