import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HooklineProcess, runHookline, spawnHookline } from '../support/hookline-process.ts';

let directory: string;
let taken: Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hl-'));
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

/** Each in a data directory of its own: of two in one, the second would be refused for that. */
const start = async (settings: Record<string, string>) =>
  runHookline(['start'], {
    settings: {
      PORT: '0',
      HOOKLINE_DATA_DIR: await mkdtemp(join(directory, 'data-')),
      DOCKER_HOST: `unix://${directory}/no-docker.sock`,
      ...settings,
    },
  });

/** Nothing of a stack, which would say that nobody thought of the case. */
function expectRefusal(
  { code, stderr }: { code: number | null; stderr: string },
  ...words: (string | RegExp)[]
) {
  expect(code).toBe(1);
  expect(stderr).toMatch(/^hookline: /m);
  expect(stderr).not.toMatch(/^\s+at /m);
  for (const word of words) expect(stderr).toMatch(word);
}

describe.concurrent('a start that cannot be', () => {
  it('names every wrong variable at once, and shows no secret', async () => {
    const refused = await start({
      PORT: 'eighty',
      HOOKLINE_SLOTS: '0',
      HOOKLINE_REPOSITORYS: 'acme/app',
      HOOKLINE_MASTER_KEY: 'not-a-key-at-all',
      HOOKLINE_LOCAL_DEPLOY: 'acme/app',
      HOST: '0.0.0.0',
    });
    expectRefusal(
      refused,
      'PORT is "eighty"; wanted',
      'HOOKLINE_SLOTS is "0"; wanted',
      'HOOKLINE_REPOSITORYS is not a setting',
      'HOOKLINE_MASTER_KEY',
      'HOST is "0.0.0.0"',
      'HOOKLINE_API_KEY',
      'HOOKLINE_LOCAL_DEPLOY',
    );
    expect(refused.stderr).not.toContain('not-a-key-at-all');
  });

  it('says which port is in use', async () => {
    const { port } = taken.address() as AddressInfo;
    expectRefusal(await start({ PORT: String(port) }), String(port), /is taken by another program.*PORT/);
  });

  it('says which data directory cannot be written', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    expectRefusal(
      await start({ HOOKLINE_DATA_DIR: join(file, 'data') }),
      join(file, 'data'),
      'HOOKLINE_DATA_DIR',
    );
  });

  it('says that the socket of its Redis would get too long a path', async () => {
    const long = join(directory, 'x'.repeat(100));
    expectRefusal(await start({ HOOKLINE_DATA_DIR: long }), 'HOOKLINE_DATA_DIR', 'REDIS_URL');
  });

  it('says that the database is damaged', async () => {
    const dataDir = join(directory, 'damaged');
    await mkdir(join(dataDir, 'database'), { recursive: true });
    await writeFile(join(dataDir, 'database/hookline.sqlite'), 'this is no database '.repeat(1_000));
    expectRefusal(await start({ HOOKLINE_DATA_DIR: dataDir }), 'database/hookline.sqlite');
  });

  it('says that the Redis it was given does not answer', async () => {
    expectRefusal(await start({ REDIS_URL: `unix://${directory}/no-redis.sock` }), 'REDIS_URL');
  });
});

describe('beside a hookline that runs', () => {
  let first: HooklineProcess;
  const dataDir = () => join(directory, 'shared');

  beforeAll(async () => {
    const settings = {
      PORT: '0',
      HOOKLINE_DATA_DIR: dataDir(),
      DOCKER_HOST: `unix://${directory}/no-docker.sock`,
    };
    first = await spawnHookline(['start'], { settings, logFile: join(directory, 'first.log') });
    await first.logged('hookline is ready');
  });
  afterAll(async () => {
    await first.stop();
  });

  it('a second start on the same data directory is refused, and the first goes on', async () => {
    expectRefusal(await start({ HOOKLINE_DATA_DIR: dataDir() }), dataDir(), /in use/);
    const { url } = await first.logged('hookline is ready');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('a runner over the same directory is refused', async () => {
    // Control's key is any public key here: the refusal comes first.
    const { stdout } = await runHookline(['keys'], { settings: {} });
    const [, seed = ''] = /HOOKLINE_RUNNER_KEY=(\S+)/.exec(stdout) ?? [];
    const [, publicKey = ''] = /HOOKLINE_RUNNER_PUBLIC_KEYS=(\S+)/.exec(stdout) ?? [];
    const refused = await runHookline(['runner', '--deploy'], {
      settings: {
        HOOKLINE_DATA_DIR: dataDir(),
        REDIS_URL: `unix://${dataDir()}/redis/redis.sock`,
        HOOKLINE_RUNNER_KEY: seed,
        HOOKLINE_CONTROL_PUBLIC_KEY: publicKey,
      },
    });
    expectRefusal(refused, /another runner/, 'HOOKLINE_DATA_DIR');
  });

  it('says once that no container engine answers and what to do, and ends in peace all the same', async () => {
    const { msg } = await first.logged('no job is taken before the container engine answers');
    expect(msg).toMatch(/no-docker\.sock.*DOCKER_HOST/);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(first.output()).not.toMatch(/^\s+at /m);
  });
});
