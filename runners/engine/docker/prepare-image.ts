import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { messageOf } from '../../../src/errors.ts';
import { EngineRefusal, type PreparedImage } from '../engine.ts';
import { repositoryDigest } from '../repository-digest.ts';
import { callDaemon, isGone, isUnreachable, scrub } from './daemon.ts';
import { imageRefusal } from './image-refusal.ts';
import { unreachable } from './unreachable.ts';

/** How long a seen image is taken for still there: long enough for the jobs of a busy minute to cost no call. */
const REMEMBER_MS = 60_000;
const INSPECT_TIMEOUT_MS = 15_000;
/** A pull may take long as a whole; one that says nothing for this long is stuck. */
const PULL_SILENCE_MS = 180_000;

/** The name becomes part of a path of the daemon's API, and it comes from a repository: nothing may step out of it. */
const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/;

type Pull = { image: Promise<PreparedImage>; waiting: number; abort: AbortController };

/**
 * Image names to ids, pulling what is missing. Jobs that ask for the same image share one look or pull, which is given
 * up when the last of them is.
 */
export function createImageStore(options: { docker: Docker; address: string; nowMs: () => number }): {
  prepare(image: string, signal: AbortSignal): Promise<PreparedImage>;
  /** Without pulling it. */
  find(image: string, signal: AbortSignal): Promise<PreparedImage | undefined>;
  /** An image turned out to be missing after all. */
  forget(id: string): void;
} {
  const { docker, address, nowMs } = options;
  const seen = new Map<string, { image: PreparedImage; untilMs: number }>();
  const pulls = new Map<string, Pull>();

  async function prepare(image: string, signal: AbortSignal): Promise<PreparedImage> {
    signal.throwIfAborted();
    assertName(image);
    const known = seen.get(image);
    if (known && known.untilMs > nowMs()) return known.image;
    seen.delete(image);
    return joinPull(image, signal);
  }

  async function find(image: string, signal: AbortSignal): Promise<PreparedImage | undefined> {
    signal.throwIfAborted();
    assertName(image);
    const found = await explained(image, signal, () => look(image, signal));
    // Names that are remembered for it stand for nothing any more.
    if (!found) forget(image);
    return found;
  }

  function assertName(image: string): void {
    if (!IMAGE_NAME.test(image) || image.includes('..')) {
      throw new EngineRefusal(
        'image-unavailable',
        `${JSON.stringify(image)} is no image name: write it as [registry/]name[:tag] or [registry/]name@sha256:digest`,
      );
    }
  }

  async function joinPull(image: string, signal: AbortSignal): Promise<PreparedImage> {
    const pull = pulls.get(image) ?? startPull(image);
    pull.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([pull.image, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      pull.waiting -= 1;
      if (pull.waiting === 0) {
        pull.abort.abort();
        if (pulls.get(image) === pull) pulls.delete(image);
      }
    }
  }

  function startPull(image: string): Pull {
    const abort = new AbortController();
    const pull: Pull = { image: lookOrPull(image, abort.signal), waiting: 0, abort };
    pull.image.then(
      (found) => seen.set(image, { image: found, untilMs: nowMs() + REMEMBER_MS }),
      () => {},
    );
    pulls.set(image, pull);
    return pull;
  }

  function lookOrPull(image: string, signal: AbortSignal): Promise<PreparedImage> {
    return explained(
      image,
      signal,
      async () => (await look(image, signal)) ?? (await pullAndLook(image, signal)),
    );
  }

  async function explained<T>(image: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || error instanceof EngineRefusal) throw error;
      if (isUnreachable(error)) throw unreachable(address, error);
      throw imageRefusal(image, messageOf(error), error);
    }
  }

  async function look(image: string, signal: AbortSignal): Promise<PreparedImage | undefined> {
    try {
      const { Id, RepoDigests } = await callDaemon(
        'inspect image',
        { timeoutMs: INSPECT_TIMEOUT_MS, signal },
        () => docker.getImage(image).inspect(),
      );
      const digest = repositoryDigest(image, RepoDigests);
      return { id: Id, ...(digest === undefined ? {} : { digest }) };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async function pullAndLook(image: string, signal: AbortSignal): Promise<PreparedImage> {
    const progress: unknown = await callDaemon(
      'pull',
      { timeoutMs: PULL_SILENCE_MS, signal },
      (abortSignal) => docker.pull(image, { abortSignal }),
    );
    if (!(progress instanceof Readable))
      throw new Error('the pull was answered with something that is no stream');
    const failure = await followPull(progress, signal);
    if (failure !== undefined) throw imageRefusal(image, scrub(failure));
    const found = await look(image, signal);
    if (found === undefined) throw imageRefusal(image, 'it is not there after the pull');
    return found;
  }

  function forget(id: string): void {
    for (const [image, known] of seen) if (known.image.id === id) seen.delete(image);
  }

  return { prepare, find, forget };
}

/**
 * Reads a pull to its end; resolves with the daemon's words when it failed: the status was 200 before it began, so
 * errors come as a line of the stream.
 */
async function followPull(progress: Readable, signal: AbortSignal): Promise<string | undefined> {
  let failure: string | undefined;
  const stop = () => progress.destroy();
  const silence = setTimeout(() => {
    failure = `the pull made no progress for ${PULL_SILENCE_MS / 1000} s`;
    stop();
  }, PULL_SILENCE_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of createInterface({ input: progress, crlfDelay: Number.POSITIVE_INFINITY })) {
      silence.refresh();
      failure ??= errorOf(line);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return failure;
}

function errorOf(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const said: unknown = JSON.parse(line);
  if (typeof said !== 'object' || said === null || !('error' in said)) return undefined;
  return typeof said.error === 'string' ? said.error : 'the pull failed';
}
