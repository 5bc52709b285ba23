import { awaitStatuses, showStatuses } from './await-statuses.ts';
import { checkArtifact, type KeptZip } from './check-artifact.ts';
import { checkDeployment } from './check-deployment.ts';
import { findRun, followRun } from './follow-run.ts';
import type { RunJson } from './hookline-api.ts';
import type { Scene } from './scene.ts';
import { waitFor } from './wait-for.ts';

export type Deployed = { run: RunJson; zip: KeptZip; pushToDeployedMs: number };

/** A push to the branch that is deployed: everything from the signed delivery to the page that the new build serves. */
export async function pushThatDeploys(scene: Scene): Promise<Deployed> {
  const { terminal, checks, app, repository, pushUrl } = scene;
  terminal.act('A push to main: tested, zipped, deployed');
  const sha = await app.head();
  terminal.command('git push origin main');
  const pushedAtMs = Date.now();
  await app.git('push', '--quiet', pushUrl, 'main');
  await showDelivery(scene, sha);

  const begun = await findRun(scene, { sha, event: 'push' });
  terminal.good(`run #${begun.number} of ${repository} at ${sha.slice(0, 7)}, “${begun.title}”`);
  const run = await followRun(scene, begun);
  checks.equal('the run of the push succeeded', 'success', run.status);
  checks.equal(
    'it built, and deployed after that',
    ['build success', 'deploy production success'],
    run.jobs.map(({ name, status }) => `${name} ${status}`),
  );

  const zip = await checkArtifact(scene, run);
  await checkDeployment(scene, run, zip);
  const deployedAt = run.jobs.find(({ kind }) => kind === 'deploy')?.finishedAt ?? '';

  const statuses = await awaitStatuses(scene, sha, 'hookline/push');
  showStatuses(scene, statuses);
  const states = statuses.map(({ state }) => state);
  checks.that(
    'the commit’s status was pending, then success',
    states.length > 1 &&
      states.at(-1) === 'success' &&
      states.slice(0, -1).every((state) => state === 'pending'),
    'pending …, success',
    states.join(', '),
  );
  checks.equal(
    'the status leads to the page of the run',
    `${scene.hookline.url}/runs/${run.id}`,
    statuses.at(-1)?.target_url,
  );
  return { run, zip, pushToDeployedMs: Date.parse(deployedAt) - pushedAtMs };
}

async function showDelivery({ terminal, checks, host, signal }: Scene, sha: string): Promise<void> {
  const isOurs = (payload: object) => 'after' in payload && payload.after === sha;
  const delivery = await waitFor(
    'the git host to deliver the push',
    () => host.deliveries().find(({ event, payload }) => event === 'push' && isOurs(payload)),
    { timeoutMs: 15_000, signal },
  );
  const { event, guid, response, durationMs } = delivery;
  checks.equal('the push’s delivery was taken: 202', 202, response?.status);
  terminal.good(
    `webhook ${event} ${guid.slice(0, 8)}, signed, answered with ${response?.status}`,
    durationMs,
  );
}
