import type { GitHost } from '../githost/git-host.ts';
import { openWorkingCopy, type WorkingCopy } from './working-copy.ts';

/** A repository on the git host and the developer who works on it. */
export type HooklineProject = {
  readonly name: string;
  readonly copy: WorkingCopy;
  /** Commits the pipeline and pushes it; answers the commit once the events of the push were delivered. */
  push(pipeline: string, options?: { branch?: string; message?: string }): Promise<string>;
};

export const pipelineFile = '.hookline.yml';

export async function openHooklineProject(options: {
  git: GitHost;
  name: string;
  secret: string;
  /** Only who has a token may read it. */
  isPrivate?: boolean;
  hookUrl: string;
  path: string;
}): Promise<HooklineProject> {
  const { git, name, secret, isPrivate = false, hookUrl, path } = options;
  const { pushUrl } = await git.createRepository(name, { private: isPrivate });
  await git.addHook(name, { url: hookUrl, secret });
  const copy = await openWorkingCopy(path, { origin: pushUrl });
  let commits = 0;
  return {
    name,
    copy,
    async push(pipeline, { branch = 'main', message } = {}) {
      commits += 1;
      // The same pipeline twice is a commit as well.
      await copy.commit('commit.txt', `${name} ${commits}`, 'a change');
      const sha = await copy
        .commit(pipelineFile, pipeline, message ?? `change ${commits}`)
        .catch(() => copy.head());
      await copy.git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
      await git.settled();
      return sha;
    },
  };
}

/** A pipeline of one job with one script. */
export function oneStep(image: string, script: string, more = ''): string {
  const indented = script.split('\n').map((line) => `          ${line}`);
  return `image: ${image}
jobs:
  test:
    ${more.replaceAll('\n', '\n    ')}
    steps:
      - run: |
${indented.join('\n')}
`;
}
