import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isFinal } from '../../src/runs/run.ts';
import { type ComposeScene, openComposeScene } from '../support/compose/compose-scene.ts';
import { followText } from '../support/compose/follow-text.ts';
import { keepAsking } from '../support/compose/keep-asking.ts';
import { dockerClient } from '../support/docker-client.ts';
import { oneStep, openHooklineProject } from '../support/hookline-project.ts';
import type { RunJson } from '../support/hookline-scene.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';

const buildLimitMs = 420_000;
/** The promise for the jobs of a runner that is gone. */
const takeoverMs = 30_000;
const webs = ['web-1', 'web-2'] as const;

const dockerHost = inject('dockerHost');
const jobImage = inject('jobImage');
let scene: ComposeScene;

beforeAll(async () => {
  scene = await openComposeScene({ dockerHost, jobImage, say: (line) => console.log(line) });
}, buildLimitMs);

afterAll(() => scene?.close());

const hasEnded = ({ status }: RunJson) => isFinal(status);
const isInStep = ({ jobs }: RunJson) =>
  jobs.some(({ attempts }) => attempts.some(({ steps }) => steps.some(({ status }) => status === 'running')));

/** What is in the bucket, asked for with what the service itself was given. */
async function keysInBucket(): Promise<string[]> {
  const script = `
    import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
    const client = new S3Client({ forcePathStyle: true });
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: process.env.S3_BUCKET }));
    console.log(JSON.stringify(Contents.map(({ Key }) => Key)));
  `;
  return JSON.parse(
    await scene.project.compose('exec', '-T', 'web-1', 'node', '--input-type=module', '--eval', script),
  );
}

/** A push of which nobody was told, and its delivery, to be sent to whom the test likes. */
async function undelivered() {
  const repository = await openHooklineProject({
    git: scene.git,
    name: 'demo/twice',
    secret: scene.webhookSecret,
    // Port 1 of the loopback is nobody's.
    hookUrl: 'http://127.0.0.1:1/webhooks/github',
    path: join(scene.directory, 'twice'),
  });
  const sha = await repository.push(oneStep(jobImage, 'echo once'));
  const delivery = scene.git.deliveries().findLast(({ event }) => event === 'push');
  if (delivery?.repository !== 'demo/twice') throw new Error('the push has no delivery');
  const deliver = (to: string) => fetch(`${to}/webhooks/github`, { method: 'POST', ...delivery.request });
  return { sha, deliver };
}

describe('docker-compose.yml', () => {
  it('gives no container more than it needs', async () => {
    const containers = await scene.project.containers();
    expect([...containers.keys()].sort()).toEqual(
      ['deployer', 'directories', 'postgres', 'proxy', 'redis', 'runner-1', 'runner-2', 's3', ...webs].sort(),
    );
    const withSocket: string[] = [];
    const published: string[] = [];
    for (const [service, { Config, HostConfig, Mounts, NetworkSettings }] of containers) {
      expect(HostConfig.CapDrop, service).toEqual(['ALL']);
      expect(HostConfig.ReadonlyRootfs, service).toBe(true);
      expect(HostConfig.SecurityOpt, service).toEqual(['no-new-privileges:true']);
      // The one that hands out the directories has ended by now.
      if (service !== 'directories') expect(Config.User, service).toBe('10001:10001');
      if (Mounts.some(({ Destination }) => Destination === '/var/run/docker.sock')) withSocket.push(service);
      for (const bindings of Object.values(NetworkSettings.Ports))
        published.push(...(bindings ?? []).map(({ HostIp }) => `${service} on ${HostIp}`));
    }
    expect(withSocket.sort()).toEqual(['runner-1', 'runner-2']);
    expect(published).toEqual(['proxy on 127.0.0.1']);
    const runner = containers.get('runner-1')?.Config.Env.join('\n');
    expect(runner).not.toMatch(/MASTER_KEY|API_KEY|GITHUB_TOKEN|WEBHOOK_SECRET|DATABASE_URL|POSTGRES/);
  });

  it('asks for the key', async () => {
    expect((await fetch(`${scene.url}/api/v1/runs`)).status).toBe(401);
    expect((await fetch(`${scene.url}/readyz`)).status).toBe(200);
  });

  it('lets who signed in at one web in at the other', async () => {
    const [first, second] = await Promise.all(webs.map(scene.webUrl));
    const body = new URLSearchParams({ key: scene.apiKey });
    const signedIn = await fetch(`${first}/login`, { method: 'POST', body, redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect((await fetch(`${second}/api/v1/runs`)).status).toBe(401);
    expect((await fetch(`${second}/api/v1/runs`, { headers: { cookie } })).status).toBe(200);
  });

  it('builds a push, with its log and its artifact in the S3 store', async () => {
    const pipeline = oneStep(
      jobImage,
      'echo "built by $(id -u)"\nmkdir out && echo hello >out/hello.txt',
      'artifacts:\n  - name: app\n    paths: [out]',
    );
    const sha = await scene.repository.push(pipeline);
    const run = await scene.run(sha, hasEnded, 60_000);
    expect(run).toMatchObject({ status: 'success', jobs: [{ attempts: [{ number: 1 }] }] });
    for (const web of webs) {
      const seen = await scene.get(`/api/v1/runs/${run.id}`, await scene.webUrl(web));
      expect(await seen.json()).toMatchObject({ id: run.id, status: 'success' });
    }

    const log = await (await scene.get(`/api/v1/jobs/${run.jobs[0]?.id}/log`)).text();
    expect(log).toContain('built by 10001');
    const [artifact] = run.artifacts;
    const zip = new Uint8Array(await (await scene.get(artifact?.path ?? '')).arrayBuffer());
    expect(createHash('sha256').update(zip).digest('hex')).toBe(artifact?.sha256);

    const keys = await keysInBucket();
    expect(keys.filter((key) => /^artifacts\/.*\.zip$/.test(key))).toHaveLength(1);
    expect(keys.filter((key) => key.startsWith('logs/')).length).toBeGreaterThan(0);
    await waitUntil(async () => scene.git.statuses('demo/shop', sha)[0]?.state === 'success', {
      what: 'the commit status',
      timeoutMs: 20_000,
    });
  });

  it('has the job of a killed runner given out within 30 s and done by the other, and both webs show its log live', async () => {
    const script = 'echo "attempt $HOOKLINE_ATTEMPT"\nif [ "$HOOKLINE_ATTEMPT" = 1 ]; then sleep 600; fi';
    const sha = await scene.repository.push(oneStep(jobImage, script));
    const begun = await scene.run(sha, isInStep, 60_000);
    const first = begun.jobs[0]?.attempts[0]?.runner ?? '';
    expect(first).toMatch(/^runner-[12]$/);
    const logs = await Promise.all(
      webs.map(async (web) => {
        const stream = `/api/v1/jobs/${begun.jobs[0]?.id}/log/stream`;
        return followText(await scene.get(stream, await scene.webUrl(web)));
      }),
    );
    const haveBegun = async () => logs.every((log) => log.text().includes('attempt 1'));
    await waitUntil(haveBegun, { what: 'the first line from each web', timeoutMs: 30_000 });

    await dockerClient(dockerHost)
      .getContainer((await scene.project.containers()).get(first)?.Id ?? '')
      .kill();
    expect((await scene.project.containers()).get(first)?.State.Running).toBe(false);
    const killedAtMs = Date.now();
    const run = await scene.run(sha, hasEnded, 120_000);
    expect(Date.parse(run.jobs[0]?.attempts[1]?.queuedAt ?? '') - killedAtMs).toBeLessThan(takeoverMs);
    expect(run.status).toBe('success');
    expect(run.jobs[0]?.attempts.map(({ number, status, runner }) => ({ number, status, runner }))).toEqual([
      { number: 1, status: 'lost', runner: first },
      { number: 2, status: 'ended', runner: first === 'runner-1' ? 'runner-2' : 'runner-1' },
    ]);
    for (const log of logs) {
      await log.ended;
      expect(log.text()).toMatch(/attempt 2[\s\S]*event: end/);
    }

    await scene.project.compose('start', first);
    for (const runner of ['runner-1', 'runner-2'])
      await nothingLeft(join(scene.runnersDirectory, runner), dockerHost, 30_000);
  });

  it('makes one run of a delivery that comes to both webs at once, and again', async () => {
    const { sha, deliver } = await undelivered();
    const both = await Promise.all(webs.map(scene.webUrl));
    const answers = await Promise.all([...both, ...both, scene.url].map(deliver));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    const run = await scene.run(sha, hasEnded, 60_000);
    expect(run).toMatchObject({ status: 'success', number: 1 });
    const { items } = (await (await scene.get('/api/v1/runs?repository=demo/twice')).json()) as {
      items: RunJson[];
    };
    expect(items).toHaveLength(1);
  });

  it('builds on, and fails no request, while one web is stopped and started', async () => {
    const [web] = webs;
    await scene.repository.push(oneStep(jobImage, 'echo both are there'));
    const known = scene.git.deliveries().at(-1);
    const asking = keepAsking({
      read: () => scene.get('/api/v1/runs'),
      // The same again and again, which is answered like a new one.
      deliver: () => fetch(`${scene.url}/webhooks/github`, { method: 'POST', ...known?.request }),
    });
    await scene.project.compose('stop', web);
    const sha = await scene.repository.push(oneStep(jobImage, 'echo one is enough'));
    expect(scene.git.deliveries().at(-1)).toMatchObject({ event: 'push', response: { status: 202 } });
    expect(await scene.run(sha, hasEnded, 60_000)).toMatchObject({ status: 'success' });
    await scene.project.compose('start', web);
    await waitUntil(
      async () => (await fetch(`${await scene.webUrl(web)}/readyz`).catch(() => undefined))?.ok === true,
      { what: `${web} to be ready`, timeoutMs: 60_000, intervalMs: 200 },
    );
    const answers = asking.answers();
    expect(await asking.end()).toEqual([]);
    expect(answers).toBeGreaterThan(10);
  });

  it('stops in peace and leaves nothing', async () => {
    await scene.project.compose('stop');
    const ends = [...(await scene.project.containers())].map(([service, { State }]) => [
      service,
      State.ExitCode,
    ]);
    const services = ends.filter(([service]) =>
      /^(web-.|runner-.|deployer|postgres|proxy|redis)$/.test(String(service)),
    );
    expect(services.filter(([, code]) => code !== 0)).toEqual([]);
    await scene.project.compose('down', '--volumes');
    expect(await scene.project.leftovers()).toEqual([]);
  });
});
