import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from '../../src/file-lock.ts';
import { isFinal } from '../../src/runs/run.ts';
import { startMailServer } from '../src/notify/mail-server.ts';
import { runHookline } from '../support/hookline-process.ts';
import { openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { startJobEngine } from '../support/job-engine.ts';
import { openShopHost, type ShopHost, shopHome } from './shop-host.ts';

export const exampleDirectory = fileURLToPath(new URL('../../examples/spring-boot-travis', import.meta.url));
const repository = 'octo/shop';
const awaitHostMs = 120_000;
const endMs = 120_000;
/** The names that the example's file has for them, as they stood in its settings at Travis. */
const secretNames = ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY'];

/** How a version can be no good; each is found by looking at its health. */
export const faults = {
  'says that it is down': ["status: 'UP'", "status: 'DOWN'"],
  'ends at once': ["  const profile = options['spring", "  throw new Error('no database');\n$&"],
  'never listens': ['server.listen(', 'setInterval(() => {}, 1e6) || server.listen('],
} as const;
export type Fault = keyof typeof faults;

export type ShopWorld = {
  readonly host: ShopHost;
  /** Pushes a version to `main`, and answers the run of it when that has ended and whoever is told of it was told. */
  release(version: number, fault?: Fault): Promise<{ run: RunJson; tookMs: number }>;
  log(job: { id: string }): Promise<string>;
  /** What came by e-mail so far. */
  letters(): { to: string[]; subject: string }[];
};

/**
 * The example as it is in the repository, on a git host, with hookline deploying to this machine. There is one at a
 * time on a machine, since the example installs to one place.
 */
export async function withShopWorld<T>(work: (world: ShopWorld) => Promise<T>): Promise<T> {
  const lock = join(tmpdir(), 'hookline-spring-boot-travis.lock');
  return withFileLock(lock, { timeoutMs: awaitHostMs }, () => open(work));
}

async function open<T>(work: (world: ShopWorld) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const engine = await startJobEngine();
    closers.unshift(engine.close);
    const mail = await startMailServer();
    closers.unshift(mail.close);
    const scene = await openHooklineScene({
      DOCKER_HOST: engine.dockerHost,
      HOOKLINE_TRAVIS_IMAGES: `java=${engine.image}`,
      HOOKLINE_LOCAL_DEPLOY: `${repository}=${shopHome}@www-data`,
      HOOKLINE_CODEDEPLOY_LOCAL: 'shop/shop-servers',
      HOOKLINE_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
      HOOKLINE_MAIL_FROM: 'hookline <ci@example.com>',
    });
    closers.unshift(scene.close);
    // The deployment's user has to come through to its bundle.
    await chmod(scene.directory, 0o711);
    const host = await openShopHost(join(scene.directory, 'nginx.log'));
    closers.unshift(host.close);
    await scene.start();
    await Promise.all(
      secretNames.map(async (name) => {
        const input = 'opens nothing: this group is this host\n';
        const set = await runHookline(['secrets', 'set', repository, name], {
          settings: scene.settings,
          input,
        });
        if (set.code !== 0) throw new Error(set.stderr);
      }),
    );
    const { copy } = await scene.project(repository);
    const world: ShopWorld = {
      host,
      log: scene.log,
      async release(version, fault) {
        await cp(exampleDirectory, copy.path, { recursive: true });
        await change(copy.path, 'src/main/resources/application.properties', [
          /^shop\.version=.*/m,
          `shop.version=${version}`,
        ]);
        if (fault !== undefined) await change(copy.path, 'src/main/shop.cjs', faults[fault]);
        const sha = await copy.commit('RELEASE', `${version}\n`, `Version ${version}`);
        const begunAt = performance.now();
        await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
        await scene.ended(sha, endMs);
        const tookMs = performance.now() - begunAt;
        return { run: await scene.run(sha, isTold, endMs), tookMs };
      },
      letters: () =>
        mail.mails.map(({ to, lines }) => ({
          to,
          subject: lines.find((line) => line.startsWith('Subject: '))?.slice('Subject: '.length) ?? '',
        })),
    };
    return await work(world);
  } finally {
    for (const close of closers) await close();
  }
}

function isTold({ status, notifications = [] }: RunJson): boolean {
  return isFinal(status) && notifications.every(({ delivery }) => delivery !== 'pending');
}

async function change(directory: string, file: string, [from, to]: readonly [string | RegExp, string]) {
  const path = join(directory, file);
  const before = await readFile(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before && !before.includes(to)) throw new Error(`${file} has nothing like ${from} to change`);
  await writeFile(path, after);
}
