import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckRun } from '../githost/check-runs.ts';
import { type HooklineScene, openHooklineScene } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'octo/shop';

let engine: JobEngine;
let scene: HooklineScene;
let shop: Awaited<ReturnType<HooklineScene['project']>>;

beforeAll(async () => {
  engine = await startJobEngine();
  scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost, GITHUB_TOKEN: '' });
  const app = scene.git.installApp({
    repositories: [name],
    permissions: { contents: 'read', checks: 'write', pull_requests: 'write' },
  });
  scene.set({ GITHUB_APP_ID: String(app.id), GITHUB_APP_PRIVATE_KEY: app.privateKey });
  scene.git.writers.add('ada');
  await scene.start();
  shop = await scene.project(name, { isPrivate: true });
});

afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

/** The one check run of that name, once it is as wanted. */
async function check(
  sha: string,
  named: string,
  isAsWanted: (check: CheckRun) => boolean,
): Promise<CheckRun> {
  const found = () => scene.git.checks(name, sha).filter((one) => one.name === named);
  await waitUntil(async () => found().some(isAsWanted), {
    what: `check ${named} of ${sha}`,
    timeoutMs: 60_000,
    logFile: `${scene.directory}/hookline.log`,
  });
  const [only, ...more] = found();
  if (!only || more.length > 0) throw new Error(`${named} has ${more.length + 1} check runs`);
  return only;
}

describe('a GitHub App', () => {
  it('clones a private repository and reports each job by one check run', async () => {
    // The first check run is made, but GitHub does not get to say so: it is found again.
    scene.git.faults.checks.push('unheard');
    const sha = await shop.push(`image: ${engine.image}
jobs:
  build:
    steps:
      - echo hello > page
    artifacts: [{ name: site, paths: [page] }]
  test:
    needs: [build]
    steps:
      - name: unit tests
        run: |
          touch cart.ts
          echo '<testsuite name="Cart"><testcase name="adds"/><testcase name="totals" file="cart.ts" line="7">' > junit.xml
          echo '<failure message="expected 4 | got 5"/></testcase></testsuite>' >> junit.xml
          echo "expected 4 | got 5"; exit 3
    reports: { junit: junit.xml, coverage: lcov.info }
  publish:
    needs: [test]
    steps: [echo never]
  nightly:
    when: { branches: [nightly] }
    steps: [echo never]
`);
    const run = await scene.ended(sha);
    const build = await check(sha, 'hookline / build', ({ conclusion }) => conclusion === 'success');
    expect(build.summary).toMatch(/\| echo hello .*\| success \| \d+\.\d s/);
    expect(build.summary).toMatch(/\*\*Artifacts\*\*\n\n- \[site\]\(http.*\/api\/v1\/artifacts\/\w+\)/);
    expect(build.details_url).toBe(`${scene.url}/runs/${run.id}`);
    const test = await check(sha, 'hookline / test', ({ conclusion }) => conclusion === 'failure');
    expect(test.summary).toMatch(/\| unit tests \| failure \(exit 3\) \|/);
    expect(test.text).toBe('```\nexpected 4 | got 5\n```');
    expect(test.summary).toContain('**Tests**: 2 tests: 1 passed, 1 failed');
    expect(test.summary).toContain('- **Cart: totals** at cart.ts:7: expected 4 \\| got 5');
    expect(test.summary).toContain('- Warning: reports.coverage "lcov.info" matches no report');
    expect(test.annotations).toMatchObject([{ path: 'cart.ts', start_line: 7, title: 'Cart: totals' }]);
    expect(test.external_id).toBe(run.jobs.find((job) => job.name === 'test')?.id);
    const nightly = await check(sha, 'hookline / nightly', ({ conclusion }) => conclusion === 'skipped');
    expect(nightly.title).toMatch(/^Skipped: .*, line \d+ of \.hookline\.yml/);
    await check(sha, 'hookline / publish', ({ conclusion }) => conclusion === 'skipped');
    expect(scene.git.statuses(name, sha)).toEqual([]);
    expect(await (await scene.get(`/runs/${run.id}`)).text()).toContain('hookline / test');
  });

  it('takes orders by the buttons of a check, from those who may write', async () => {
    const sha = await shop.push(`image: ${engine.image}\njobs: { long: { steps: [sleep 600] } }\n`);
    const long = 'hookline / long';
    const running = await check(sha, long, ({ status }) => status === 'in_progress');
    expect(running.actions).toMatchObject([{ identifier: 'cancel' }]);

    scene.git.pressCheck(running, 'mallory', 'cancel');
    await scene.git.settled();
    const told = async () => (await scene.deliveries()).map(({ reason }) => reason);
    await waitUntil(async () => (await told()).some((reason) => reason?.startsWith('mallory')), {
      what: 'an answer to mallory',
      timeoutMs: 30_000,
    });
    expect(await told()).toContain(
      'mallory asked to cancel, and may not: that takes the right to write to octo/shop',
    );
    expect((await check(sha, long, () => true)).status).toBe('in_progress');

    scene.git.revokeAppTokens();
    scene.git.pressCheck(running, 'ada', 'cancel');
    const cancelled = await check(sha, long, ({ conclusion }) => conclusion === 'cancelled');
    expect(cancelled.title).toBe('Cancelled: cancelled by ada');
    await scene.ended(sha);

    scene.git.pressCheck(cancelled, 'ada');
    const again = await check(sha, long, ({ title }) => title === 'Running, attempt 2');
    expect(again).toMatchObject({ status: 'in_progress', conclusion: null });
    scene.git.pressCheck(again, 'ada', 'cancel');
    await check(sha, long, ({ conclusion }) => conclusion === 'cancelled');
  });

  it('asks for an approval beside the check, and goes on when it is given', async () => {
    const sha = await shop.push(
      `image: ${engine.image}\njobs: { ask: { approval: { by: [ada] }, steps: [echo yes] } }\n`,
    );
    const asking = await check(sha, 'hookline / ask', ({ conclusion }) => conclusion === 'action_required');
    expect(asking.actions.map(({ identifier }) => identifier)).toEqual(['approve', 'reject']);
    scene.git.pressCheck(asking, 'ada', 'approve');
    await check(sha, 'hookline / ask', ({ conclusion }) => conclusion === 'success');
  });

  it("lets a fork's commit run when a comment names it, and tells of the run by one comment", async () => {
    const { pushUrl } = await scene.git.createRepository('mallory/shop', { forkOf: name });
    const pipeline = `on: { pull_request: true }\npull_request_comment: true\nimage: ${engine.image}\nsteps: [echo hi]\n`;
    await shop.copy.commit('.hookline.yml', pipeline, 'From a fork');
    await shop.copy.git('push', '--quiet', pushUrl, 'HEAD:refs/heads/topic');
    const from = { headRepository: 'mallory/shop', head: 'topic', author: 'mallory' };
    const pull = await scene.git.openPullRequest({ repository: name, base: 'main', ...from });
    await scene.run(pull.headSha, ({ status }) => status === 'waiting');

    const ours = () => scene.git.comments(pull).filter(({ author }) => author === 'hookline[bot]');
    const approve = scene.git.comment(pull, `/hookline approve ${pull.headSha}`, 'ada');
    const run = await scene.ended(pull.headSha);
    expect(run).toMatchObject({ status: 'success', approval: { by: 'ada' } });
    await waitUntil(async () => ours()[0]?.texts.at(-1)?.includes('succeeded') === true, {
      what: 'the comment of the pull request',
      timeoutMs: 30_000,
    });
    expect(ours()).toHaveLength(1);
    expect(approve.reactions.map(({ content }) => content)).toEqual(['eyes']);
  });

  it('shows every mistake of the pipeline at its line', async () => {
    const sha = await shop.push(`image: ${engine.image}\nstepps: [make]\njobs: { a: { steps: [make] } }\n`);
    const broken = await check(sha, 'hookline / pipeline', ({ status }) => status === 'completed');
    expect(broken.conclusion).toBe('failure');
    expect(broken.annotations).toMatchObject([
      { path: '.hookline.yml', start_line: 2, end_line: 2, annotation_level: 'failure' },
    ]);
  });
});
