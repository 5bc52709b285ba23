import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type MarkedProcess, markedProcesses } from '../../../../runners/engine/process/marked-processes.ts';
import { markOf } from '../../../../runners/engine/process/process-mark.ts';
import { contractSpec } from '../../../contracts/engine-bench.ts';
import { runStep } from '../../../contracts/engine-steps-contract.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { openProcessBench } from './process-bench.ts';

const never = new AbortController().signal;
const bench = openProcessBench();
afterAll(() => bench.close());

async function openRoom() {
  const spec = contractSpec(bench);
  const container = await bench.engine.open(spec, { signal: never });
  const mark = markOf(spec.owner, spec.roomId);
  const processes = (): MarkedProcess[] => markedProcesses().filter((each) => each.mark === mark);
  return { container, processes, workspaceDir: spec.workspaceDir, home: join(bench.directory, mark, 'home') };
}

type Room = Awaited<ReturnType<typeof openRoom>>;

/** Until that many `sleep`s of the room are there: what a step leaves may begin after its end. */
const sleeping = (room: Room, count: number) =>
  waitUntil(async () => room.processes().filter(({ name }) => name === 'sleep').length === count, {
    what: `${count} processes`,
    timeoutMs: 30_000,
  });

/** Ways to leave a process behind, each with one `sleep`. */
const ways = [
  'sleep 300 &',
  `sh -c 'trap "" TERM HUP; sleep 300; true' &`,
  // In a session of its own.
  'setsid sleep 300 &',
  // A daemon: its parent is gone.
  `setsid sh -c 'sleep 300 & exit' & wait`,
  // Without the variable.
  'env -i sleep 300 &',
  // A daemon without it, elsewhere, with nothing of the job open.
  `env -i setsid sh -c 'cd /; sleep 300 >&- 2>&- <&- & exit' & wait`,
  // Without the limit.
  'ulimit -w 7; setsid sleep 300 &',
];

describe('without containers, what a step starts is ended with its job', () => {
  it('in whatever way it was left behind, while later steps are not held up by it', async () => {
    const room = await openRoom();
    for (const script of ways) {
      expect((await runStep(room.container, { script })).end).toEqual({ type: 'exited', code: 0 });
    }
    await sleeping(room, ways.length);
    await room.container.stop();
    expect(room.processes()).toEqual([]);
    await room.container.close();
  });

  it('also when it goes on from child to child all the time', async () => {
    const room = await openRoom();
    const script = `echo 'echo $$ >last; (sh hop &); exit' >hop; sh hop`;
    expect((await runStep(room.container, { script })).end).toMatchObject({ code: 0 });
    await waitUntil(async () => existsSync(join(room.workspaceDir, 'last')), {
      what: 'the first hop',
      timeoutMs: 30_000,
    });
    await room.container.stop();
    const last = () => readFileSync(join(room.workspaceDir, 'last'), 'utf8');
    const before = last();
    const other = await openRoom();
    await runStep(other.container, { script: 'sleep 0.3' });
    expect(last()).toBe(before);
    await Promise.all([other, room].map(({ container }) => container.close()));
  });

  it('and what it starts under the mark of another, as a runner in a job does, is found under both', async () => {
    const [outer, inner] = [await openRoom(), await openRoom()];
    expect(inner.processes()).toEqual([]);
    const script = `HOOKLINE_PROCESS_MARK=${inner.container.id} setsid sleep 300 &`;
    await runStep(outer.container, { script });
    await sleeping(inner, 1);
    await sleeping(outer, 1);
    await inner.container.close();
    expect(outer.processes()).toEqual([]);
    await outer.container.close();
  });

  it('by a KILL in the middle of it, what earlier steps left included', async () => {
    const room = await openRoom();
    await runStep(room.container, { script: 'env -i setsid sleep 300 &' });
    const abort = new AbortController();
    const end = room.container.run(
      {
        script: `trap '' TERM; setsid sleep 300 & sleep 300`,
        shell: 'sh',
        env: {},
        workingDirectory: '.',
      },
      { output: () => {}, signal: abort.signal },
    );
    await sleeping(room, 3);
    abort.abort();
    expect(await end).toEqual({ type: 'exited', code: 137 });
    expect((await runStep(room.container, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
    expect(room.processes()).toEqual([]);
    await room.container.close();
  });
});

describe('without containers a step', () => {
  it('sees no variable but its own and those it is given', async () => {
    const room = await openRoom();
    process.env['HOOKLINE_RUNNER_KEY_OF_TEST'] = 'never shown';
    try {
      const script = `cat /proc/self/environ | tr '\\0' '\\n'`;
      const { text } = await runStep(room.container, { script, env: { OF_JOB: 'x' } });
      const names = text
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]);
      expect(names.toSorted()).toEqual(
        ['HOME', 'HOOKLINE_PROCESS_MARK', 'OF_JOB', 'OLDPWD', 'PATH', 'PWD', 'TMPDIR'].filter((name) =>
          // Some shells export these two.
          name.endsWith('PWD') ? names.includes(name) : true,
        ),
      );
      expect(text).not.toContain('never shown');
    } finally {
      delete process.env['HOOKLINE_RUNNER_KEY_OF_TEST'];
      await room.container.close();
    }
  });

  it('has a home and a place for temporary files that go with its job, whatever it did to them', async () => {
    const room = await openRoom();
    const script =
      'mkdir -p "$HOME/a/b" && mktemp && touch "$HOME/a/b/c" && chmod 000 "$HOME/a/b" "$HOME/a"; pwd >"$HOME/kept"';
    expect((await runStep(room.container, { script })).end).toMatchObject({ code: 0 });
    expect(existsSync(join(room.home, 'kept'))).toBe(true);
    expect(await room.container.layerBytes()).toBeGreaterThan(0);
    await room.container.close();
    expect(readdirSync(bench.directory)).toEqual([]);
  });

  it('may remove its workspace: the next one is told, and the room still closes', async () => {
    const room = await openRoom();
    expect((await runStep(room.container, { script: 'rm -rf "$PWD"' })).end).toMatchObject({ code: 0 });
    const next = await runStep(room.container, { script: 'echo ran' });
    expect(next.end).toMatchObject({ code: 1 });
    expect(next.text).toContain(room.workspaceDir);
    expect(next.text).not.toContain('ran\n');
    await room.container.close();
    expect(readdirSync(bench.directory)).toEqual([]);
  });

  it('may remove its home and the whole of its place', async () => {
    const room = await openRoom();
    await runStep(room.container, { script: 'rm -rf "$HOME/.."' });
    expect((await runStep(room.container, { script: 'echo ran' })).text).toBe('ran\n');
    await room.container.close();
  });

  it('can print to /dev/stderr and /dev/stdout, in order', async () => {
    const room = await openRoom();
    const script = 'echo 1 >/dev/stderr; echo 2; echo 3 >/dev/stdout; echo 4 >&2';
    expect((await runStep(room.container, { script })).text).toBe('1\n2\n3\n4\n');
    await room.container.close();
  });

  it('is refused a network of none and services, by name', async () => {
    const spec = contractSpec(bench, { network: 'none' });
    const refused = { code: 'needs-isolation' };
    await expect(bench.engine.open(spec, { signal: never })).rejects.toMatchObject(refused);
    const { owner, roomId, image, memoryBytes, cpus, pids } = spec;
    const service = { name: 'db', owner, roomId, image, memoryBytes, cpus, pids, env: {}, timeoutMs: 1_000 };
    await expect(
      bench.engine.openService({ ...service, network: 'host' }, { signal: never }),
    ).rejects.toMatchObject({ ...refused, message: expect.stringContaining('the service db') });
    expect(await bench.countLeft(owner)).toBe(0);
  });
});
