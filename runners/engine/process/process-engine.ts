import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../../src/errors.ts';
import { treeBytes } from '../../workspace/disk-use.ts';
import { openWorkspaces, type Workspaces } from '../../workspace/workspaces.ts';
import { type ContainerSpec, type Engine, EngineRefusal } from '../engine.ts';
import { needsIsolation } from '../needs-isolation.ts';
import { endMarked } from './end-marked.ts';
import { markedProcesses } from './marked-processes.ts';
import { openOutputPipe } from './output-pipe.ts';
import { createProcessContainer, type ProcessContainer } from './process-container.ts';
import { markOf, ownerMark } from './process-mark.ts';

const run = promisify(execFile);

export type ProcessEngine = Engine & {
  /** The open container with this id. */
  container(id: string): ProcessContainer | undefined;
};

/**
 * The engine without containers: steps are processes of this machine and of this process's own user. **Nothing keeps them
 * from what that user may do**: its files, its other processes and what those hold in memory, the network. A room has its
 * workspace and, below `directory`, a home directory and one for temporary files, which go with it; images are not looked
 * at, limits of memory, processors and processes do not hold, and what cannot be had at all (services, no network) is
 * refused with `needs-isolation`.
 *
 * What it does hold: every process that a job starts is ended with it, and with the next sweep where a runner was killed.
 * They are known by their mark (`process-mark.ts`); a process that sheds it in every form on purpose is not found.
 */
export function createProcessEngine(options: {
  /** Of this engine alone, and the same after a restart: the sweep goes by it. */
  directory: string;
  /** Where steps look for programs. */
  path: string;
}): ProcessEngine {
  const open = new Map<string, ProcessContainer>();
  let opening: Promise<Workspaces> | undefined;

  function directories(): Promise<Workspaces> {
    opening ??= openWorkspaces({ root: options.directory });
    return opening;
  }

  async function make(spec: ContainerSpec): Promise<ProcessContainer> {
    const mark = markOf(spec.owner, spec.roomId);
    const root = await (await directories()).create(mark);
    const [homeDir, temporaryDir] = [join(root, 'home'), join(root, 'tmp')];
    try {
      await mkdir(homeDir);
      await mkdir(temporaryDir);
      const output = await openOutputPipe(join(root, 'output'));
      const { workspaceDir } = spec;
      const container = createProcessContainer({
        surroundings: { mark, workspaceDir, homeDir, temporaryDir, path: options.path },
        output,
        sizeBytes: () => treeBytes(root, { signal: AbortSignal.timeout(sizeMs) }),
        remove: () => remove(mark),
        onClosed: () => open.delete(mark),
      });
      open.set(mark, container);
      return container;
    } catch (error) {
      await remove(mark);
      const why = messageOf(error);
      // The pipe is made by a program, which says it in words.
      const code = /ENOSPC|EDQUOT|No space left|quota exceeded/i.test(why) ? 'disk-full' : 'engine-failed';
      throw new EngineRefusal(code, `no place could be made for the job: ${why}`, { cause: error });
    }
  }

  async function remove(mark: string): Promise<void> {
    const removal = await (await directories()).remove(mark);
    if (removal.removed) return;
    throw new EngineRefusal(
      'engine-failed',
      `files of the job could not be removed: ${removal.leftovers.join('; ')}`,
    );
  }

  async function removeLost(mark: string): Promise<void> {
    const container = open.get(mark);
    if (container) return container.closeFor('the container was removed from outside');
    await endMarked((each) => each === mark);
    await remove(mark);
  }

  return {
    isolation: 'none',
    container: (id) => open.get(id),

    async check(signal) {
      signal.throwIfAborted();
      if (process.platform !== 'linux') {
        throw new EngineRefusal(
          'engine-unreachable',
          `jobs without a container need Linux, and this is ${process.platform}: have them in containers, with HOOKLINE_ENGINE=docker and without --no-docker`,
        );
      }
      await run('mkfifo', ['--version'], { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        // That of busybox knows no --version and ends with an error: it is there all the same.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return;
        throw new EngineRefusal(
          'engine-unreachable',
          'the program mkfifo is not installed: apt-get install coreutils',
        );
      });
      return { name: 'no isolation, processes of this host on Linux', version: release() };
    },

    async prepareImage(image, { signal }) {
      signal.throwIfAborted();
      return { id: image };
    },

    async findImage(image, { signal }) {
      signal.throwIfAborted();
      return { id: image };
    },

    async openNetwork(_, { signal }) {
      signal.throwIfAborted();
      return { name: hostNetwork, close: async () => {} };
    },

    async open(spec, { signal }) {
      signal.throwIfAborted();
      if (spec.network === 'none') throw needsIsolation('`network: none`');
      const container = await make(spec);
      if (!signal.aborted) return container;
      await container.close();
      throw signal.reason;
    },

    async openService(spec, { signal }) {
      signal.throwIfAborted();
      throw needsIsolation(`the service ${spec.name}`);
    },

    async sweep(owner, keep) {
      const kept = new Set([...keep].map((roomId) => markOf(owner, roomId)));
      const isLost = (mark: string) => mark.startsWith(ownerMark(owner)) && !kept.has(mark);
      await directories();
      const seen = [
        ...open.keys(),
        ...(await readdir(options.directory)),
        ...markedProcesses().map(({ mark }) => mark),
      ];
      const lost = [...new Set(seen)].filter(isLost);
      const results = await Promise.allSettled(lost.map(removeLost));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return lost;
    },

    async close() {
      await Promise.all([...open.values()].map((container) => container.close()));
    },
  };
}

const sizeMs = 60_000;
const hostNetwork = 'host';
