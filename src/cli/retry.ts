import { parseArgs } from 'node:util';
import { askService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';

export const retry: Command = {
  usage: 'RUN [--all]',
  summary: 'runs again what did not succeed, or with --all every job, with the same plan',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { all: { type: 'boolean', default: false } },
    });
    const [runId] = positionals;
    if (!runId) throw new UsageRefusal('usage', `wanted: the id of a run; hookline retry ${retry.usage}`);
    return askService(runId, 'retry', { scope: values.all ? 'all' : 'failed' });
  },
};
