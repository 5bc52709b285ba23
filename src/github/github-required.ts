import { z } from 'zod';
import { type Forge, ForgeRefusal } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

const named = z.object({ context: z.string() });
const branchJson = z.object({
  protection: z
    .object({ required_status_checks: z.object({ contexts: z.array(z.string()).nullish() }).nullish() })
    .nullish(),
});
const rulesJson = z.array(
  z.object({
    type: z.string(),
    parameters: z.object({ required_status_checks: z.array(named).nullish() }).nullish(),
  }),
);

/** Who sets up protection looks at the next pull request some minutes later. */
const keptMs = 60_000;
const mostKept = 1_000;

/**
 * The names of statuses and checks without which nothing is merged into a branch: by its protection, which whoever may read
 * the branch is told, and by rule sets.
 * https://docs.github.com/en/rest/branches/branches#get-a-branch
 * https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
 */
export function createRequiredChecks(options: {
  apiUrl: string;
  access: GithubAccess;
  /** Of a `Clock`: what passes. */
  elapsed: () => number;
}): NonNullable<Forge['requiredChecks']> {
  const { apiUrl, access, elapsed } = options;
  const api = createGithubApi({ apiUrl, access, permissions: { contents: 'read' } });
  const kept = new Map<string, { untilMs: number; names: string[] }>();

  /** What there is not, or what is not told, requires nothing. Servers before 3.11 know no rule sets. */
  async function read(path: string, signal: AbortSignal): Promise<unknown> {
    try {
      return JSON.parse((await api.get(path, signal)).text) as unknown;
    } catch (error) {
      if (error instanceof ForgeRefusal) return undefined;
      throw error;
    }
  }

  return async (repository, branch, { signal }) => {
    const key = `${repository} ${branch}`;
    const before = kept.get(key);
    if (before && before.untilMs > elapsed()) return before.names;
    const name = encodeURIComponent(branch);
    const protectedBy = branchJson.safeParse(await read(`/repos/${repository}/branches/${name}`, signal));
    const rules = rulesJson.safeParse(await read(`/repos/${repository}/rules/branches/${name}`, signal));
    const names = [
      ...(protectedBy.data?.protection?.required_status_checks?.contexts ?? []),
      ...(rules.data ?? [])
        .filter(({ type }) => type === 'required_status_checks')
        .flatMap(({ parameters }) => parameters?.required_status_checks ?? [])
        .map(({ context }) => context),
    ];
    const unique = [...new Set(names)];
    kept.delete(key);
    for (const oldest of kept.keys()) if (kept.size >= mostKept) kept.delete(oldest);
    kept.set(key, { untilMs: elapsed() + keptMs, names: unique });
    return unique;
  };
}
