import { askService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';

export const cancel: Command = {
  usage: 'RUN [REASON]',
  summary: 'cancels a run: what is queued ends at once, what runs is told to stop',
  async run([runId, ...reason]) {
    if (!runId) throw new UsageRefusal('usage', `wanted: the id of a run; hookline cancel ${cancel.usage}`);
    return askService(runId, 'cancel', reason.length === 0 ? {} : { reason: reason.join(' ') });
  },
};
