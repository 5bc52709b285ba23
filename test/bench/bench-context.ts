import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHost, startGitHost } from '../githost/git-host.ts';
import { type DockerEngine, startDockerEngine } from '../support/docker-engine.ts';
import { ensureJobImage } from '../support/job-image.ts';
import { type Product, startProduct } from './start-product.ts';

/** What the rows share: a directory, a git host, and, for those that need it, a container engine. */
export type BenchContext = {
  readonly directory: string;
  readonly host: GitHost;
  engine(): Promise<{ dockerHost: string; image: string }>;
  /** hookline without a container engine (its runner waits for one), or with it. */
  product(name: string, options?: { withEngine: boolean }): Promise<Product>;
  close(): Promise<void>;
};

export async function openBench(): Promise<BenchContext> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-bench-'));
  const host = await startGitHost({ directory: join(directory, 'git') });
  let docker: DockerEngine | undefined;

  async function engine() {
    const say = (line: string) => console.error(line);
    docker ??= await startDockerEngine({ directory: join(directory, 'docker'), say });
    return { dockerHost: docker.dockerHost, image: await ensureJobImage(docker.dockerHost, { say }) };
  }

  return {
    directory,
    host,
    engine,
    async product(name, { withEngine } = { withEngine: false }) {
      const own = join(directory, name);
      await mkdir(own);
      const settings = {
        GITHUB_SERVER_URL: host.url,
        GITHUB_API_URL: host.apiUrl,
        GITHUB_TOKEN: 'a token for the bench',
        DOCKER_HOST: withEngine ? (await engine()).dockerHost : `unix://${own}/no-engine.sock`,
      };
      return startProduct({ directory: own, settings, waitForRunner: withEngine });
    },
    async close() {
      await docker?.close();
      await host.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
