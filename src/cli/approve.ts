import { askService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';

export const approve: Command = {
  usage: 'RUN COMMIT [COMMENT]',
  summary: 'lets a waiting run go on, for the very commit that is named in full',
  async run([runId, sha, ...comment]) {
    if (!runId || !sha) {
      throw new UsageRefusal(
        'usage',
        `wanted: a run and the whole id of its commit; hookline approve ${approve.usage}`,
      );
    }
    return askService(runId, 'approve', {
      sha,
      ...(comment.length === 0 ? {} : { comment: comment.join(' ') }),
    });
  },
};
