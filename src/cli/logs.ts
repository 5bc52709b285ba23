import { callService, type RunLine } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';

export const logs: Command = {
  usage: 'RUN [JOB]',
  summary: 'the log of a job, or of each job of the run',
  async run([runId, jobName]) {
    if (!runId) throw new UsageRefusal('usage', `wanted: the id of a run; hookline logs ${logs.usage}`);
    const response = await callService(`/api/v1/runs/${encodeURIComponent(runId)}`);
    const { jobs = [] } = (await response.json()) as RunLine;
    const wanted = jobs.filter((job) => jobName === undefined || job.name === jobName);
    if (wanted.length === 0) {
      const names = jobs.map((job) => job.name).join(', ') || 'none';
      throw new UsageRefusal('usage', `the run has no job "${jobName}"; its jobs: ${names}`);
    }
    for (const job of wanted) {
      if (wanted.length > 1) console.log(`── ${job.name} (${job.status})`);
      const log = await callService(`/api/v1/jobs/${job.id}/log`);
      for await (const chunk of log.body ?? []) process.stdout.write(chunk);
    }
    return 0;
  },
};
