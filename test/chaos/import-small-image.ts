import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dockerClient } from '../support/docker-client.ts';
import { findProgram } from '../support/find-program.ts';
import { followToEnd } from '../support/follow-to-end.ts';

const run = promisify(execFile);
const name = 'hookline/chaos:small';
const programs = ['sh', 'bash', 'cat', 'chmod', 'cp', 'env', 'ls', 'mkdir', 'rm', 'sleep', 'true'];

/** An image of this machine's own shell and a few programs, which is made in a second and downloads nothing. */
export async function importSmallImage(dockerHost: string): Promise<string> {
  const found = programs.map((program) => findProgram(program) ?? `/bin/${program}`);
  const libraries = await Promise.all(found.map(librariesOf));
  const files = [...new Set([...found.map((path) => `/bin/${path.split('/').at(-1)}`), ...libraries.flat()])];
  const scratch = await mkdtemp(join(tmpdir(), 'hl-image-'));
  try {
    const tar = join(scratch, 'image.tar');
    const names = files.map((path) => path.slice(1));
    await run('tar', ['--create', '--dereference', '--file', tar, '--directory', '/', ...names]);
    const [repo, tag] = name.split(':');
    const docker = dockerClient(dockerHost);
    await followToEnd(docker, await docker.importImage(tar, { repo, tag }));
    return name;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}
