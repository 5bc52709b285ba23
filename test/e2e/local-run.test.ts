import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dockerClient } from '../support/docker-client.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openWorkingCopy } from '../support/working-copy.ts';

const main = fileURLToPath(new URL('../../src/cli/hookline.js', import.meta.url));
let engine: JobEngine;

beforeAll(async () => {
  engine = await startJobEngine();
});

afterAll(async () => {
  await engine?.close();
});

/** A working tree with this pipeline committed, and `hookline run` in it. */
async function openTree(pipeline: string) {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-local-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const root = join(directory, 'shop');
  const cache = join(directory, 'cache');
  const copy = await openWorkingCopy(root);
  await copy.commit('.hookline.yml', `image: ${engine.image}\n${pipeline}`);

  function start(args: readonly string[] = [], environment: Record<string, string> = {}) {
    const { PATH = '' } = process.env;
    const env = {
      ...{ PATH, HOME: directory, XDG_CACHE_HOME: cache, DOCKER_HOST: engine.dockerHost },
      ...environment,
    };
    const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [main, 'run', ...args], {
      cwd: root,
      env,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const closed = once(child, 'close');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await closed;
    });
    return {
      child,
      said: () => said,
      ended: async () => {
        const [code] = await closed;
        return { code, said };
      },
      until: (text: string) => waitUntil(async () => said.includes(text), { what: text, timeoutMs: 60_000 }),
    };
  }

  /** Containers and networks of runs of this kind, and what they keep on this machine. */
  async function left(): Promise<string[]> {
    const docker = dockerClient(engine.dockerHost);
    const filters = { label: ['hookline.owner'] };
    const isOurs = ({ Labels }: { Labels?: Record<string, string> | undefined }) =>
      Labels?.['hookline.owner']?.startsWith('hookline-run-') === true;
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    return [
      ...containers.filter(isOurs).map(({ Id }) => `container ${Id}`),
      ...networks.filter(isOurs).map(({ Id }) => `network ${Id}`),
      ...(await readdir(join(cache, 'hookline/runs'))).filter((name) => name !== 'all.lock'),
    ];
  }

  return { root, copy, start, left };
}

describe('hookline run', () => {
  it('builds the tree as it lies there, deploys nothing, and leaves what was made and no more', async () => {
    const { root, copy, start, left } = await openTree(`jobs:
  build:
    secrets: [TOKEN]
    steps:
      - cat new.txt && git status --short && echo "token $TOKEN"
      - { run: echo made > made.txt, working_directory: . }
    artifacts: [{ name: app, paths: [made.txt] }]
  test:
    needs: build
    matrix: { v: ['1', '2'] }
    env: { V: '{matrix.v}' }
    steps: ['test ! -e made.txt', 'echo "v is $V"']
deploy:
  production: { artifact: app, branches: [main], local: {} }
`);
    await writeFile(join(root, 'new.txt'), 'not committed yet\n');
    const { code, said } = await start(['--secret', 'TOKEN'], { TOKEN: 'very-secret' }).ended();
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain('build | not committed yet\nbuild | ?? new.txt\nbuild | token ***\n');
    expect(said).toContain('test (v=2) | v is 2\n');
    expect(said).toContain('deploy production: skipped: not from this machine');
    expect(said).toContain('artifact .hookline-out/build/app.zip');
    expect((await readFile(join(root, '.hookline-out/build/app.zip'))).subarray(0, 2).toString()).toBe('PK');
    expect((await copy.git('status', '--short')).trim()).toBe('?? new.txt');
    expect(await left()).toEqual([]);
  });

  it('tells by its exit code a failure of the code from an error of anything else', async () => {
    const { root, start, left } = await openTree('steps: [exit 3]\n');
    const failure = await start().ended();
    expect(failure).toMatchObject({ code: 1, said: expect.stringContaining('exited with code 3') });
    // Nothing listens there.
    await writeFile(join(root, '.hookline.yml'), 'image: 127.0.0.1:1/nothing\nsteps: [make]\n');
    expect(await start().ended()).toMatchObject({ code: 2 });
    await writeFile(join(root, '.hookline.yml'), 'image: x\nsteps: 7\n');
    expect(await start().ended()).toMatchObject({
      code: 2,
      said: expect.stringContaining('.hookline.yml:2'),
    });
    expect(await left()).toEqual([]);
  });

  it('ends by SIGINT after what must always run, and by SIGKILL leaves nothing to the next run', async () => {
    const { start, left } = await openTree(`steps:
  - echo begun; sleep 300
  - { run: echo tidied, when: always }
`);
    const interrupted = start();
    await interrupted.until('build | begun');
    interrupted.child.kill('SIGINT');
    expect(await interrupted.ended()).toMatchObject({
      code: 130,
      said: expect.stringContaining('build | tidied'),
    });
    expect(await left()).toEqual([]);

    const killed = start();
    await killed.until('build | begun');
    killed.child.kill('SIGKILL');
    await killed.ended();
    expect(await left()).not.toEqual([]);
    const after = await start(['--step', '2']).ended();
    expect(after).toMatchObject({ code: 0, said: expect.stringContaining('tidied') });
    expect(await left()).toEqual([]);
  });
});
