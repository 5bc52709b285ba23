import type { Command } from './command.ts';
import { listItems } from './list-items.ts';

const filters = ['repository', 'outcome', 'limit'] as const;

export type DeliveryLine = {
  id: string;
  source: string;
  event: string;
  repository?: string;
  outcome: string;
  reason?: string;
  problem?: string;
  recovered?: true;
  replayOf?: string;
  askedBy?: string;
  runIds: string[];
};

export const deliveries: Command = {
  usage: '[--outcome pending|runs|ignored] …',
  summary: 'the newest deliveries and what became of each; the filters are those of the API',
  async run(args) {
    const items = await listItems<DeliveryLine>('/api/v1/deliveries', filters, args);
    for (const delivery of items) {
      const what = `${delivery.event} ${delivery.repository ?? `from ${delivery.source}`}`;
      console.log(
        `${delivery.id}  ${delivery.outcome.padEnd(7)}  ${what.padEnd(32)}  ${verdictOn(delivery)}`,
      );
    }
    return 0;
  },
};

/** In one line: how it came here if not by itself, its runs, and why there are no more of them. */
function verdictOn({ recovered, replayOf, askedBy, runIds, reason, problem }: DeliveryLine): string {
  const parts = [
    ...(recovered ? ['recovered'] : []),
    ...(replayOf === undefined ? [] : [`replay of ${replayOf} for ${askedBy ?? 'nobody known'}`]),
    ...(runIds.length === 0 ? [] : [`runs ${runIds.join(' ')}`]),
    ...(reason === undefined ? [] : [reason]),
    ...(problem === undefined ? [] : [`is tried again: ${problem}`]),
  ];
  return parts.join('; ').replaceAll(/\p{Cc}+/gu, ' ');
}
