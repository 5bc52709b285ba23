import { parseArgs } from 'node:util';
import { askService, callService, type RunLine } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';

type ShownRun = Omit<RunLine, 'jobs'> & {
  pipeline: { digest: string };
  jobs: { name: string; status: string; reason?: { code: string; message: string } }[];
};

/**
 * `hookline approve` and `hookline reject`. What is answered is the run as the service shows it now: its commit, unless
 * one is given, and its pipeline file. A stranger's commit has to be named in full by whoever has read it.
 */
export function answerCommand(verb: 'approve' | 'reject', summary: string): Command {
  const usage = 'RUN [COMMIT] [--job NAME] [--comment TEXT]';
  return {
    usage,
    summary,
    async run(args) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { job: { type: 'string' }, comment: { type: 'string' } },
      });
      const [runId, commit, ...words] = positionals;
      if (!runId) throw new UsageRefusal('usage', `wanted: the id of a run; hookline ${verb} ${usage}`);
      const response = await callService(`/api/v1/runs/${encodeURIComponent(runId)}`);
      const run = (await response.json()) as ShownRun;
      const waiting = run.jobs.filter(({ status }) => status === 'waiting');
      if (
        commit === undefined &&
        verb === 'approve' &&
        waiting.some(({ reason }) => reason?.code === 'fork')
      ) {
        const what = `run #${run.number} is of a fork: name the whole id of the commit that you have read`;
        throw new UsageRefusal('usage', `${what}; hookline approve ${runId} COMMIT`);
      }
      for (const { name, reason } of waiting) console.log(`${name}: ${reason?.message ?? 'waits'}`);
      const comment = values.comment ?? (words.length === 0 ? undefined : words.join(' '));
      return askService(runId, verb, {
        sha: commit ?? run.sha,
        digest: run.pipeline.digest,
        ...(values.job === undefined ? {} : { job: values.job }),
        ...(comment === undefined ? {} : { comment }),
      });
    },
  };
}
