import { join } from 'node:path';
import type { GitHost } from '../githost/git-host.ts';
import { openWorkingCopy } from '../support/working-copy.ts';
import { type PushTemplate, pushHeaders, pushTemplate, signPush } from './push-body.ts';

/** A repository at the git host with a pipeline file, and pushes of it as GitHub would announce them. */
export type BenchRepository = {
  readonly name: string;
  readonly cloneUrl: string;
  /** Announces the newest commit of the branch. */
  template(): Promise<PushTemplate>;
  /** A new commit, brought to the git host without an event: the bench sends those itself. */
  commit(text: string): Promise<void>;
  /** Sends one signed push and resolves with its times (milliseconds since 1970) and the delivery's id at hookline. */
  announce(url: string): Promise<{ sentAtMs: number; acceptedAtMs: number; id: string }>;
};

export async function makeBenchRepository(
  host: GitHost,
  options: { directory: string; name: string; branch: string; pipeline: string },
): Promise<BenchRepository> {
  const { name, branch } = options;
  const { cloneUrl } = await host.createRepository(name);
  const bare = join(options.directory, 'git', `${name}.git`);
  const copy = await openWorkingCopy(join(options.directory, 'copies', name));
  let announced = 0;
  const push = () => copy.git('push', '--quiet', bare, `HEAD:refs/heads/${branch}`);
  await copy.commit('.hookline.yml', options.pipeline, 'Add a pipeline');
  for (let index = 0; index < 20; index += 1) {
    await copy.commit(`src/module-${index}.js`, `export const value = ${index};\n`.repeat(50));
  }
  await push();
  const template = async () => pushTemplate({ repository: name, branch, sha: await copy.head() });

  return {
    name,
    cloneUrl,
    template,
    async commit(text) {
      await copy.commit('README.md', text);
      await push();
    },
    async announce(url) {
      announced += 1;
      const cut = await template();
      const signed = signPush(cut, `${name.replace('/', '-')}-${process.pid}`, announced);
      const body = cut.head + signed.nonce + cut.tail;
      const sentAtMs = now();
      const response = await fetch(`${url}/webhooks/github`, {
        method: 'POST',
        headers: pushHeaders(signed),
        body,
      });
      const acceptedAtMs = now();
      const answer = (await response.json()) as { id: string };
      if (response.status !== 202) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
      return { sentAtMs, acceptedAtMs, id: answer.id };
    },
  };
}

/** The same clock as that of the other processes of this machine, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
