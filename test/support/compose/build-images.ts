import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { dockerClient } from '../docker-client.ts';
import { followToEnd } from '../follow-to-end.ts';

const folderOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const certificates = '/etc/ssl/certs/ca-certificates.crt';
/** The major version that comes with Node 24. */
const npmPackage = 'npm@11';

export type ComposeImages = {
  /** What the Dockerfile's BASE is where no registry is. */
  readonly base: string;
  /** One image for all that docker-compose.yml would take from a registry; `mounts.yml` brings the programs. */
  readonly standIns: string;
};

/**
 * Makes the images that docker-compose.yml would otherwise take from a registry: some seconds the first time, nothing as
 * long as what they are made of stays the same.
 */
export async function buildComposeImages(options: {
  dockerHost: string;
  jobImage: string;
  say?: (line: string) => void;
}): Promise<ComposeImages> {
  const { jobImage, say = () => {} } = options;
  const docker = dockerClient(options.dockerHost);
  const { Id: jobImageId } = await docker.getImage(jobImage).inspect();

  const base = await ensureImage(docker, {
    repository: 'hookline/compose-base',
    ingredients: [
      ...(await contentsOf(folderOf('base'))),
      jobImageId,
      process.version,
      npmPackage,
      await readFile(certificates),
    ],
    args: { JOB_IMAGE: jobImage },
    async fill(context) {
      say('making a base image with Node and npm');
      await cp(folderOf('base'), context, { recursive: true });
      await copyFile(process.execPath, join(context, 'node'));
      await copyFile(certificates, join(context, 'ca-certificates.crt'));
      const pack = ['pack', npmPackage, '--json', '--pack-destination', context];
      const { stdout } = await promisify(execFile)('npm', pack, { cwd: context });
      const [packed] = JSON.parse(stdout) as { filename: string }[];
      await rename(join(context, packed?.filename ?? ''), join(context, 'npm.tgz'));
    },
  });

  const standIns = await ensureImage(docker, {
    repository: 'hookline/compose-stand-ins',
    ingredients: [
      ...(await contentsOf(folderOf('stand-ins'))),
      await readFile(folderOf('../s3-server.ts')),
      base,
    ],
    args: { BASE: base },
    async fill(context) {
      say('making an image for the programs of this machine: HAProxy, PostgreSQL, Redis, Swift');
      await cp(folderOf('stand-ins'), context, { recursive: true });
      await copyFile(folderOf('../s3-server.ts'), join(context, 's3-server.ts'));
    },
  });
  return { base, standIns };
}

/** The image of exactly these ingredients; earlier ones of the repository are removed once there is a newer one. */
async function ensureImage(
  docker: Docker,
  recipe: {
    repository: string;
    ingredients: readonly (string | Buffer)[];
    args: Record<string, string>;
    fill(context: string): Promise<void>;
  },
): Promise<string> {
  const hash = createHash('sha256');
  for (const ingredient of recipe.ingredients) hash.update(createHash('sha256').update(ingredient).digest());
  const name = `${recipe.repository}:${hash.digest('hex').slice(0, 16)}`;
  const filters = { reference: [recipe.repository] };
  const tags = (await docker.listImages({ filters })).flatMap(({ RepoTags }) => RepoTags ?? []);
  if (tags.includes(name)) return name;

  const context = await mkdtemp(join(tmpdir(), 'hookline-context-'));
  try {
    await recipe.fill(context);
    const src = await readdir(context);
    // The machine's own network: the bridge of a private engine may let larger packets pass than the way beyond it.
    const options = { t: name, buildargs: recipe.args, networkmode: 'host' };
    await followToEnd(docker, await docker.buildImage({ context, src }, options));
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  // One that another image or run still needs stays.
  await Promise.allSettled(tags.map((tag) => docker.getImage(tag).remove()));
  return name;
}

async function contentsOf(folder: string): Promise<Buffer[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}
