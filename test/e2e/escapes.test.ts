import { describe, expect, it } from 'vitest';
import { runHookline } from '../support/hookline-process.ts';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene, RunJson } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ engine, scene } = opened);
  },
  ({ image }) => ({
    HOOKLINE_SLOTS: '3',
    HOOKLINE_JOB_MEMORY_MIB: '192',
    HOOKLINE_JOB_PIDS: '100',
    HOOKLINE_JOB_DISK_MIB: '64',
    HOOKLINE_IMAGES: image.replace(/:.*/, ':*'),
  }),
);

async function ended(name: string, pipeline: string): Promise<RunJson> {
  const project = await scene.project(name);
  return scene.ended(await project.push(pipeline), 120_000);
}

const step = (script: string, more = '') => oneStep(engine.image, script, more);
/** For scripts: a command that must not succeed. `!` does not do, since `set -e` passes over it. */
const never = 'never() { if "$@"; then echo "it did: $*"; exit 9; fi; }';
const logOf = (run: RunJson) => scene.log(run.jobs[0] ?? { id: 'no job' });
const attemptOf = (run: RunJson) => run.jobs[0]?.attempts.at(-1);

describe.concurrent('a job that takes all it can get', () => {
  it('of processes ends, and the next one begins', async () => {
    const bomb = 'bomb() { bomb | bomb & }\nbomb\nwhile :; do :; done';
    const pipeline = step(bomb).replace('- run:', '- timeout: 2s\n        shell: bash\n        run:');
    expect((await ended('escapes/forks', pipeline)).status).not.toBe('success');
    expect((await ended('escapes/after-forks', step('echo still here'))).status).toBe('success');
  });

  it('of memory is told its limit and its peak, and the page of the run what it used', async () => {
    const run = await ended(
      'escapes/memory',
      step('node -e "for (const a = [];;) a.push(Buffer.alloc(1e7, 1))"'),
    );
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'out-of-memory' } });
    expect(run.reason?.message).toMatch(/limit of 192 MiB was reached \(at its peak it used \d+ MiB\)/);
    const usage = attemptOf(run)?.usage;
    expect(usage?.cpuMs).toBeGreaterThan(0);
    expect(usage?.peakMemoryBytes).toBeGreaterThan(100 * 2 ** 20);
    expect(await (await scene.get(`/runs/${run.id}`)).text()).toMatch(/used [\d.]+ s of CPU, \d+ MiB/);
  });

  it.each([
    ['in its workspace', 'big'],
    ['elsewhere in its container', '/var/tmp/big'],
  ])('of the disk %s is ended with its use and its limit', async (where, file) => {
    const script = `head -c 300000000 /dev/zero > ${file}\nsync\nsleep 200`;
    const run = await ended(`escapes/disk-${where.replaceAll(' ', '-')}`, step(script));
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'disk-limit' } });
    expect(run.reason?.message).toMatch(/the job used \d+ MiB of disk, of the 64 MiB that it may/);
    expect(await logOf(run)).toMatch(/is being ended: the job used \d+ MiB/);
  });

  it('or asks for more than the installation allows, or for another image, is none', async () => {
    const run = await ended('escapes/greedy', step('true', 'resources: { memory: 1g, disk: 1g }'));
    expect(run).toMatchObject({ status: 'error', reason: { code: 'not-allowed' } });
    expect(run.reason?.message).toMatch(/HOOKLINE_JOB_MEMORY_MIB allows 192 MiB\n.*DISK_MIB allows 64 MiB/);
    const other = await ended('escapes/image', oneStep('evil.example/miner:1', 'true'));
    expect(other.reason?.message).toMatch(/asks for the image evil\.example\/miner:1, and HOOKLINE_IMAGES/);
  });
});

describe.concurrent('a job that wants out', () => {
  it('by a link in its artifact is a failure that names the link, by a hard link cannot make it', async () => {
    const artifacts = 'artifacts: [{ name: app, paths: [out] }]';
    const script = `${never}\nmkdir out\nnever ln /etc/passwd out/hard\nln -s /etc/shadow out/passwords`;
    const run = await ended('escapes/links', step(script, artifacts));
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'link-outside' } });
    expect(run.reason?.message).toContain('out/passwords');
  });

  it('finds no socket, no key and no way to what listens on the loopback of its host', async () => {
    const { port } = new URL(scene.url);
    const script = `${never}
never ls /var/run/docker.sock
never ls /run/docker.sock
never ls ${scene.dataDir}
never grep -azE 'MASTER_KEY|RUNNER_KEY|API_KEY|WEBHOOK_SECRET|GITHUB_TOKEN|REDIS|DATABASE' /proc/self/environ
gateway=$(perl -ane 'print join ".", reverse map { hex } $F[2] =~ /../g if $F[1] eq "00000000"' /proc/net/route)
echo "the gateway is $gateway"
never timeout 5 bash -c "exec 3<>/dev/tcp/$gateway/${port}"
never mount -t tmpfs none /mnt
never mknod /tmp/disk b 8 0
never unshare -m true
never unshare -U true
grep NoNewPrivs /proc/self/status
echo nothing found`;
    const run = await ended('escapes/host', step(script));
    expect(run.status, await logOf(run)).toBe('success');
    expect(await logOf(run)).toMatch(/the gateway is \d+\.\d+\.\d+\.\d+\n.*NoNewPrivs:\s+1\nnothing found/s);
  });

  it('reaches nobody at all without a network, the metadata of a cloud neither', async () => {
    const script = `${never}
test "$(ls /sys/class/net)" = lo
never timeout 5 bash -c 'exec 3<>/dev/tcp/169.254.169.254/80'`;
    const run = await ended('escapes/network', step(script, 'network: none'));
    expect(run.status, await logOf(run)).toBe('success');
  });

  it('does not reach another job that runs beside it', async () => {
    const listens = `echo "address $(hostname -i)."
node -e 'require("net").createServer(() => console.log("somebody came")).listen(8000, "0.0.0.0")' &
while :; do sleep 0.2; done`;
    const project = await scene.project('escapes/listens');
    const sha = await project.push(step(listens));
    let address: string | undefined;
    const isTold = async () => {
      const [run] = await scene.runs({ sha });
      const text = run?.jobs[0]?.attempts[0] ? await logOf(run).catch(() => '') : '';
      address = /address ([\d.]+)\./.exec(text)?.[1];
      return address !== undefined;
    };
    await waitUntil(isTold, { what: 'the job to tell its address', timeoutMs: 60_000 });
    const script = `${never}\nnever timeout 5 bash -c 'exec 3<>/dev/tcp/${address}/8000'`;
    const run = await ended('escapes/neighbour', step(script));
    expect(run.status, await logOf(run)).toBe('success');
    const other = await scene.run(sha, ({ jobs }) => jobs[0]?.attempts[0] !== undefined);
    await fetch(new URL(`/api/v1/runs/${other.id}/cancel`, scene.url), { method: 'POST' });
    expect((await scene.ended(sha)).status).toBe('cancelled');
    expect(await logOf(other)).not.toContain('somebody came');
  });
});

describe('a job that thinks of those after it', () => {
  it('leaves nothing to them: neither files, nor processes, nor what their checkout is made of', async () => {
    const project = await scene.project('escapes/next');
    const evil = `mkdir -p .git/hooks
printf '#!/bin/sh\\ntouch /workspace/hooked\\n' > .git/hooks/post-checkout
chmod +x .git/hooks/post-checkout
git config --global --add safe.directory '*'
git config core.fsmonitor 'touch /workspace/hooked'
for object in $(find .git/objects -type f); do chmod u+w "$object"; echo broken > "$object"; done
echo evil > commit.txt
mkdir -p closed/in && chmod 000 closed/in closed
(setsid sh -c 'trap "" TERM HUP; while :; do touch /workspace/alive /tmp/alive; done' >/dev/null 2>&1 &)`;
    const first = await scene.ended(await project.push(step(evil)));
    expect(first.status, await logOf(first)).toBe('success');
    const looks = `git config --global --add safe.directory '*'
git fsck --strict && git status --short
ls -A . /tmp
cat commit.txt`;
    const run = await scene.ended(await project.push(step(looks)));
    const log = await logOf(run);
    expect(run.status, log).toBe('success');
    expect(log).toContain('escapes/next 2');
    expect(log).not.toMatch(/evil|hooked|alive|broken|corrupt/);
  });

  it('names things so as to steer browsers and terminals, and is shown as text', async () => {
    const markup = '<img/src=x/onerror=alert(1)>';
    const project = await scene.project('escapes/names');
    const pipeline = `image: ${engine.image}
steps:
  - name: "${markup}"
    run: printf '\\033]0;owned\\007${markup}\\033[2J\\n'; exit 3
`;
    const options = { branch: `x${markup.replace(/[()]/g, '')}`, message: `${markup}\u001b[31m` };
    const run = await scene.ended(await project.push(pipeline, options));
    expect(run.status).toBe('failure');
    for (const path of [`/runs/${run.id}`, '/', '/deliveries', `/?branch=${encodeURIComponent(markup)}`]) {
      const page = await (await scene.get(path)).text();
      expect(page, path).not.toMatch(/<img/i);
    }
    const { stdout } = await runHookline(['runs'], { settings: scene.settings });
    expect(stdout).toContain(markup);
    expect(stdout).not.toContain('\u001b');
    expect(scene.hookline.output()).not.toContain('\u001b]0;');
  });
});

describe('after all this', () => {
  it('nothing is left behind, and nobody saw a stack', async () => {
    await nothingLeft(scene.dataDir, engine.dockerHost);
    expect(scene.hookline.output()).not.toMatch(/^\s+at /m);
  });
});
