import type { LambdaResult } from '../bridges/lambda-process.ts';
import { checkArtifact } from './check-artifact.ts';
import { checksOf } from './checks.ts';
import { runAtItsEnd } from './follow-run.ts';
import type { RunJson } from './hookline-api.ts';
import type { Deployed } from './push-that-deploys.ts';
import type { Scene } from './scene.ts';
import { waitFor } from './wait-for.ts';

const branches = ['develop', 'next'];

/** The application's commit once more, now by CodeCommit, its trigger and the Lambda function that signs its event. */
export async function pushToCodecommit(demo: Scene, deployed: Deployed): Promise<void> {
  const { terminal, app, codecommit, hookline } = demo;
  const { host, repository } = codecommit;
  const scene: Scene = { ...demo, repository, checks: checksOf(demo.checks, 'CodeCommit') };
  const { checks } = scene;
  terminal.act('The same commit, arriving as CodeCommit');
  codecommit.callWith(`${hookline.url}/webhooks/codecommit`);
  terminal.good(
    `a git host that speaks as CodeCommit does, at ${host.url}, with a trigger that calls our Lambda`,
  );
  terminal.command(`git push codecommit ${branches.map((branch) => `main:${branch}`).join(' ')}`);
  const begin = performance.now();
  const references = branches.map((branch) => `main:refs/heads/${branch}`);
  await app.git('push', '--quiet', host.pushUrl(repository), ...references);
  await host.settled();
  const event = showInvocation(scene, performance.now() - begin);

  const runs = await runsAtTheirEnd(scene, branches.length);
  checks.equal(
    'one event, one run of each branch it names',
    branches.map((branch) => `${branch} success`),
    runs.map(({ branch, status }) => `${branch} ${status}`).sort(),
  );
  for (const { number, branch, status, title, durationMs } of runs) {
    terminal.good(`run #${number} of ${repository}, branch ${branch}, “${title}”: ${status}`, durationMs);
  }
  const [run] = runs;
  if (run === undefined) throw new Error('a list that was waited for is empty');
  const zip = await checkArtifact(scene, run, 'codecommit');
  const textOf = (files: ReadonlyMap<string, Buffer>) =>
    [...files].map(([name, bytes]) => `${name} ${bytes}`).sort();
  checks.that(
    'the zip holds the very files of the push to GitHub',
    textOf(zip.files).join() === textOf(deployed.zip.files).join(),
    'the same files',
    'files that differ',
  );
  await checkPage(scene, run);
  checkClones(scene);

  await host.invokeAgain(event);
  const [again] = resultsOf(scene);
  checks.equal('the same event once more is a duplicate', true, JSON.parse(again?.answer ?? '{}').duplicate);
  terminal.good(
    'Lambda calls once more with the same event, as it does after a failure: a duplicate, no run',
  );
}

function showInvocation(scene: Scene, tookMs: number) {
  const { terminal, checks, codecommit } = scene;
  const invocation = codecommit.host.invocations().at(-1);
  if (invocation === undefined) throw new Error('the trigger called nobody');
  const { eventId, codecommit: changes } = invocation.event.Records[0];
  checks.equal(
    'one event tells of both branches',
    branches.map((branch) => `refs/heads/${branch}`),
    changes.references.map(({ ref }) => ref).sort(),
  );
  const [result] = resultsOf(scene);
  checks.equal('the Lambda function signed it and had it taken: 202', 202, result?.status);
  const text = `event ${eventId.slice(0, 8)} with ${changes.references.length} references, signed by the Lambda, answered with ${result?.status}`;
  terminal.good(text, tookMs);
  return invocation.event;
}

/** What hookline answered to the function's last call. */
function resultsOf({ codecommit }: Scene): LambdaResult[] {
  const { result, error } = codecommit.host.invocations().at(-1) ?? {};
  if (error !== undefined) throw new Error(error);
  return result as LambdaResult[];
}

/** By branch. */
async function runsAtTheirEnd(scene: Scene, count: number): Promise<RunJson[]> {
  const { api, repository, signal } = scene;
  const found = await waitFor(
    `${count} runs of ${repository}`,
    async () => {
      const runs = await api.runs({ repository });
      return runs.length >= count ? runs : undefined;
    },
    { timeoutMs: 30_000, signal },
  );
  const runs = await Promise.all(found.map(({ id }) => runAtItsEnd(scene, id)));
  return runs.sort((one, other) => (one.branch ?? '').localeCompare(other.branch ?? ''));
}

async function checkPage({ terminal, checks, api, hookline }: Scene, run: RunJson): Promise<void> {
  const page = await (await api.get(`/runs/${run.id}`)).text();
  checks.that(
    'the page of the run shows it',
    page.includes(run.title) && page.includes('greeter'),
    `a page with “${run.title}”`,
    `${page.length} characters`,
  );
  terminal.good(`run page: ${hookline.url}/runs/${run.id}`);
}

/** The host itself says what it was asked, and whether AWS would have taken the credential. */
function checkClones({ terminal, checks, codecommit }: Scene): void {
  const { host, accessKeyId } = codecommit;
  const clones = host.requests().filter(({ service }) => service === 'git-upload-pack');
  const good = clones.filter(({ user = '', fault }) => fault === undefined && user.startsWith(accessKeyId));
  checks.that(
    'the code was fetched by SigV4 signatures of the AWS keys, and each was good',
    clones.length > 0 && good.length === clones.length,
    'good signatures only',
    `${good.length} good of ${clones.length}${clones.map(({ fault }) => (fault ? `; ${fault}` : '')).join('')}`,
  );
  terminal.good(
    `fetched with passwords minted from the AWS key ${accessKeyId.slice(0, 8)}…: ${good.length} requests, each signature verified`,
  );
}
