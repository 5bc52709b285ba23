import { parseArgs } from 'node:util';
import { callService } from './call-service.ts';
import type { Command } from './command.ts';

type ScheduleLine = { repository: string; branch: string; cron: string; timezone: string; dueAt?: string };
type SchedulePage = { items: ScheduleLine[]; next?: string };

export const schedules: Command = {
  usage: '[--repository R]',
  summary: 'the times at which branches are built, the next one first',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { repository: { type: 'string' } } });
    const found: ScheduleLine[] = [];
    const query = new URLSearchParams({ limit: '100', ...values });
    for (let isMore = true; isMore; ) {
      const response = await callService(`/api/v1/schedules?${query}`);
      const { items, next } = (await response.json()) as SchedulePage;
      found.push(...items);
      isMore = next !== undefined;
      if (next !== undefined) query.set('before', next);
    }
    const never = '~';
    found.sort((a, b) => ((a.dueAt ?? never) < (b.dueAt ?? never) ? -1 : 1));
    for (const { dueAt, repository, branch, cron, timezone } of found) {
      const when = dueAt === undefined ? 'never again' : `${dueAt.slice(0, 16).replace('T', ' ')} UTC`;
      console.log(`${when.padEnd(20)}  ${`${repository} ${branch}`.padEnd(32)}  ${cron}  ${timezone}`);
    }
    return 0;
  },
};
