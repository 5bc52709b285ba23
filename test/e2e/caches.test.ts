import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepInLfs } from '../githost/lfs-api.ts';
import type { HooklineProject } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { leftoversOf } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';

let engine: JobEngine;
let scene: HooklineScene;
let project: HooklineProject;

beforeAll(async () => {
  engine = await startJobEngine();
  scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost });
  await scene.start();
  project = await scene.project('octo/shop');
  await project.copy.commit('package-lock.json', '{}', 'the first lock');
});

afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

/** Says what it finds, and leaves its own commit behind. */
const pipeline = (key: string, more = 'echo done') => `image: ${engine.image}
env: { HOME: /tmp/home }
cache:
  - key: '${key}'
    fallback: npm-
    paths: [node_modules, ~/.npm]
steps:
  - |
    echo "found $(cat node_modules/by) and $(cat ~/.npm/by)"
    mkdir -p node_modules ~/.npm
    echo "$HOOKLINE_EVENT" | tee node_modules/by > ~/.npm/by
  - ${more}
`;
const byLock = () => pipeline('npm-{checksum:package-lock.json}');

async function logOf(sha: string, status = 'success'): Promise<string> {
  const run = await scene.ended(sha);
  expect(run.status).toBe(status);
  return scene.log(run.jobs[0] ?? { id: 'missing' });
}

it('the second push is a hit and sees the files; a job that failed saves nothing', async () => {
  expect(
    await logOf(await project.push(pipeline('npm-{checksum:package-lock.json}', 'exit 1')), 'failure'),
  ).toMatch(/: miss\n/);
  const first = await logOf(await project.push(byLock()));
  expect(first).toMatch(/cache npm-\w{32}: miss\n/);
  expect(first).toMatch(/cache npm-\w{32}: saved, \d+ KiB, unpacked \d+ KiB, in \d+ ms/);
  const second = await logOf(await project.push(byLock()));
  expect(second).toMatch(/cache npm-\w{32}: hit \(branch-main\), .* from this machine, in \d+ ms/);
  expect(second).toContain('found push and push');
  expect(second).not.toContain('saved');
});

it('another lock falls back on the newest, also after a restart', async () => {
  await scene.hookline.stop();
  await scene.start();
  await project.copy.commit('package-lock.json', '{ }', 'another lock');
  const log = await logOf(await project.push(byLock()));
  expect(log).toMatch(/cache npm-\w{32}: fallback hit npm-\w{32} \(branch-main\)/);
  expect(log).toContain('found push and push');
  expect(log).toMatch(/saved/);
});

it("a pull request reads its base branch's caches, and nobody else sees what it saves", async () => {
  await project.copy.commit('package-lock.json', '{  }', 'the lock of a topic');
  await project.push(byLock(), { branch: 'topic' });
  await scene.git.openPullRequest({ repository: project.name, head: 'topic', base: 'main' });
  let log = '';
  await waitUntil(
    async () => {
      const [run] = await scene.runs({ event: 'pull_request' });
      if (run?.status === 'success') log = await scene.log(run.jobs[0] ?? { id: 'missing' });
      return log !== '';
    },
    { what: 'the run of the pull request', timeoutMs: 60_000 },
  );
  expect(log).toMatch(/fallback hit npm-\w{32} \(branch-main\)/);
  expect(log).toContain('saved');
  const merged = await logOf(await project.push(byLock()));
  expect(merged).toMatch(/fallback hit npm-\w{32} \(branch-main\)/);
  expect(merged).toContain('saved');
});

it('the merge of a pull request and its files in Git LFS are what a job finds that asks for them, and nothing without a checkout', async () => {
  await project.copy.commit('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  await project.copy.commit('a.bin', keepInLfs(scene.git.lfs, 'the asset'));
  const head = await project.push(
    `on: { pull_request: true }
image: ${engine.image}
jobs:
  merge: { checkout: { ref: merge, lfs: true }, steps: ['echo "$(cat a.bin) in $(cat .git/HEAD) is $HOOKLINE_MERGE_SHA"'] }
  nothing: { checkout: false, steps: ['echo "files: $(ls -A | wc -l)"'] }
`,
    { branch: 'assets' },
  );
  await scene.git.openPullRequest({ repository: project.name, head: 'assets', base: 'main' });
  const { jobs, status } = await scene.ended(head);
  const merge = jobs.find(({ name }) => name === 'merge');
  const built = merge?.attempts[0]?.built;
  expect({ status, built }).toEqual({
    status: 'success',
    built: { ref: 'refs/pull/2/merge', sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
  });
  expect(built?.sha).not.toBe(head);
  expect(await scene.log(merge ?? { id: 'missing' })).toContain(
    `the asset in ${built?.sha} is ${built?.sha}`,
  );
  expect(await scene.log(jobs.find(({ name }) => name === 'nothing') ?? { id: 'missing' })).toContain(
    'files: 0',
  );
});

it('nothing of it stays in the way', async () => {
  await scene.hookline.stop();
  expect(await leftoversOf(scene.dataDir, engine.dockerHost)).toEqual([]);
});
