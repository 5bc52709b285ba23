import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { messageOf } from '../../src/errors.ts';
import { bootstrapImage } from './bootstrap-image.ts';
import { dockerClient } from './docker-client.ts';
import { followToEnd } from './follow-to-end.ts';

const context = fileURLToPath(new URL('../../runners/images/job', import.meta.url));

// The same packages stand in runners/images/job/Dockerfile; bash and coreutils are in every Debian.
const packages = ['ca-certificates', 'git', 'nodejs', 'unzip', 'zip'];
// Raised when the packages change, so that an engine that has the image of before makes the new one.
const edition = 2;

/**
 * The name of an image with sh, bash, git, zip and Node.js, made if the engine does not have it yet: from
 * runners/images/job/Dockerfile where a registry answers, else from this machine's Debian packages.
 * The first takes as long as the downloads, the second about 20 s.
 */
export async function ensureJobImage(
  dockerHost: string,
  {
    say = () => {},
    registryTimeoutMs = 15_000,
  }: { say?: (line: string) => void; registryTimeoutMs?: number } = {},
): Promise<string> {
  const docker = dockerClient(dockerHost);
  const suite = await debianSuite();
  const name = `hookline/job:${suite}-${edition}`;
  if (await hasImage(docker, name)) return name;

  try {
    await pull(docker, `debian:${suite}-slim`, registryTimeoutMs);
  } catch (error) {
    // The engine says all that it did; what went wrong comes last.
    const why = messageOf(error).trim().split(': ').at(-1);
    say(`no image registry answers (${why}): making ${name} from Debian packages, about 20 s`);
    await bootstrapImage(docker, { name, suite, packages });
    return name;
  }
  say(`building ${name}`);
  const options = { t: name, buildargs: { SUITE: suite } };
  await followToEnd(docker, await docker.buildImage({ context, src: ['Dockerfile'] }, options));
  return name;
}

async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

/** Fails when the image's download has not begun and ended within the limit. */
async function pull(docker: Docker, image: string, timeoutMs: number): Promise<void> {
  const abortSignal = AbortSignal.timeout(timeoutMs);
  await followToEnd(docker, await docker.pull(image, { abortSignal }));
}

/** The code name of this machine's Debian or Ubuntu, on any other system that of Debian 12. */
async function debianSuite(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const isDebian = /^ID(_LIKE)?=.*debian/m.test(release) && !/^ID=.*ubuntu/m.test(release);
  return (isDebian && /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1]) || 'bookworm';
}
