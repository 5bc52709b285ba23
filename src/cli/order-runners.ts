import { parseArgs } from 'node:util';
import { callService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';
import { type RunnerLine, runnerLine } from './runners.ts';

export const drain = orderCommand(
  'drain',
  'RUNNER takes no new job and finishes what it has; kept over restarts until `resume`',
);
export const pause = orderCommand('pause', 'RUNNER takes no new job until `resume`; kept over restarts');
export const resume = orderCommand('resume', 'takes back a drain or pause');

/** `RUNNER` is an id as `hookline runners` lists it, or the name of a host for all that run there. */
function orderCommand(verb: string, summary: string): Command {
  const usage = 'RUNNER | --all';
  return {
    usage,
    summary,
    async run(args) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { all: { type: 'boolean', default: false } },
      });
      const which = values.all ? '*' : positionals[0];
      if (which === undefined || positionals.length > (values.all ? 0 : 1)) {
        throw new UsageRefusal('usage', `wanted: the id or host of a runner; hookline ${verb} ${usage}`);
      }
      const by = process.env['SUDO_USER'] ?? process.env['USER'] ?? 'operator';
      const response = await callService(`/api/v1/runners/${encodeURIComponent(which)}/${verb}`, { by });
      const { items } = (await response.json()) as { items: RunnerLine[] };
      for (const runner of items) console.log(runnerLine(runner));
      return 0;
    },
  };
}
