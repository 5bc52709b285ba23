import { breakTest } from '../support/sample-app.ts';
import { awaitStatuses, showStatuses } from './await-statuses.ts';
import { findRun, runAtItsEnd } from './follow-run.ts';
import type { Scene } from './scene.ts';

const shownLines = 16;

/** A pull request whose test fails: its head turns red, and one sees at once why. */
export async function pullRequestThatFails(scene: Scene): Promise<void> {
  const { terminal, checks, app, host, repository, pushUrl, api } = scene;
  terminal.act('A pull request whose test fails');
  const sha = await breakTest(app.path);
  terminal.command('git push origin broken');
  await app.git('push', '--quiet', pushUrl, 'broken');
  const pushed = await findRun(scene, { sha, event: 'push' });
  const { number } = await host.openPullRequest({
    repository,
    head: 'broken',
    base: 'main',
    title: 'Greet everybody in the evening',
  });
  terminal.good(`pull request #${number} opened, head ${sha.slice(0, 7)}`);

  const run = await runAtItsEnd(scene, (await findRun(scene, { sha, event: 'pull_request' })).id);
  const job = run.jobs.find(({ status }) => status === 'failure');
  const step = job?.attempts.at(-1)?.steps.find(({ status }) => status === 'failure');
  await runAtItsEnd(scene, pushed.id);
  checks.equal('the run of the pull request failed', 'failure', run.status);
  checks.equal('it failed in the step "test", with its exit code', ['test', 1], [step?.name, step?.exitCode]);
  if (job === undefined || step === undefined) return;

  terminal.status(
    'failure',
    `run #${run.number}: step “${step.name}” exited with code ${step.exitCode}; its last lines:`,
  );
  const lines: string[] = [];
  for await (const event of api.followLog(job.id)) {
    if (event.type !== 'lines') continue;
    for (const line of event.lines) if (line.step === step.index) lines.push(line.text);
  }
  for (const line of lines.slice(-shownLines)) terminal.log(step.name, line);
  const reason = lines.find((line) => line.includes('Good morning, Ada!'));
  checks.that(
    'its log says which assertion failed',
    reason !== undefined,
    'a line with “Good morning, Ada!”',
    lines.slice(-3).join(' / '),
  );

  const statuses = await awaitStatuses(scene, sha, 'hookline/pr');
  showStatuses(scene, statuses.slice(-1));
  const last = statuses.at(-1);
  checks.equal('the head of the pull request is red', 'failure', last?.state);
  checks.that(
    'its status names the step',
    last?.description?.includes('"test"') === true,
    'a text with "test"',
    last?.description ?? 'none',
  );
}
