import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/runs/change.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import type { RunSummary } from '../../../src/runs/history.ts';
import { requiredChecks } from '../../../src/runs/required-checks.ts';
import { sampleChange } from './sample-run.ts';

const signal = AbortSignal.timeout(60_000);
const pullRequest = {
  number: 7,
  title: 't',
  headRepository: 'octo/app',
  headBranch: 'topic',
  baseBranch: 'main',
  baseSha: 'b'.repeat(40),
  fork: false,
  draft: true,
};
const pull = sampleChange({ event: 'pull_request', ref: 'refs/pull/7/head', pullRequest });

async function told(
  names: readonly string[],
  given: { change?: Change; runs?: number; isApp?: boolean; tries?: number; error?: Error } = {},
) {
  const asked: string[] = [];
  const forge = {
    requiredChecks: async (_: string, branch: string) => {
      asked.push(branch);
      if (given.error) throw given.error;
      return names;
    },
    ...(given.isApp ? { postCheck: async () => {} } : {}),
  };
  const items = Array.from({ length: given.runs ?? 0 }, () => ({}) as RunSummary);
  const history = { listRuns: async () => ({ items }) };
  const delivery = { id: 'd1', tries: given.tries ?? 0 };
  const change = given.change ?? pull;
  return { asked, ...(await requiredChecks(change, 'a draft', delivery, forge, history, signal)) };
}

describe('what the filters of a pipeline leave out', () => {
  it('is told where the base branch waits for our status', async () => {
    expect(await told(['lint', 'hookline/pr'])).toEqual({
      asked: ['main'],
      effects: [
        {
          type: 'commit-status',
          status: {
            provider: 'github',
            repository: 'octo/app',
            sha: pull.sha,
            runId: '',
            deliveryId: 'd1',
            context: 'hookline/pr',
            state: 'success',
            description: 'Nothing to do: a draft',
          },
        },
      ],
    });
  });

  it('is told of each check of ours, as an App', async () => {
    const names = ['hookline / test (pr)', 'hookline / lint (pr)', 'hookline / test', 'other / test (pr)'];
    const { effects } = (await told(names, { isApp: true })) as { effects: { check: { name: string } }[] };
    expect(effects.map(({ check }) => check)).toMatchObject([
      { name: 'hookline / test (pr)', state: 'skipped', externalId: 'd1 hookline / test (pr)' },
      { name: 'hookline / lint (pr)', state: 'skipped' },
    ]);
  });

  it('of a push is told under the names of pushes, for the default branch', async () => {
    const change = sampleChange({ branch: 'wip', ref: 'refs/heads/wip', defaultBranch: 'trunk' });
    const names = ['hookline/pr', 'hookline/push', 'hookline / test', 'hookline / test (pr)'];
    expect(await told(names, { change })).toMatchObject({
      asked: ['trunk'],
      effects: [{ status: { context: 'hookline/push' } }],
    });
    expect(await told(names, { change, isApp: true })).toMatchObject({
      effects: [{ check: { name: 'hookline / test' } }],
    });
  });

  it.each([
    ['nobody requires ours', ['lint'], {}, ['main']],
    ['its commit has a run, whose word counts', ['hookline/pr'], { runs: 1 }, []],
    ['it is a fork, whose own file would say so', ['hookline/pr'], { change: { ...pull, fork: true } }, []],
    ['it is a tag', ['hookline/tag'], { change: sampleChange({ event: 'tag', tag: 'v1' }) }, []],
    ['the forge does not tell', [], { error: new ForgeRefusal('refused', 'no') }, ['main']],
    ['the forge does not answer for long', [], { error: new Error('away'), tries: 4 }, ['main']],
  ] as const)('is not told when %s', async (_, names, given, asked) => {
    expect(await told(names, given)).toEqual({ asked, effects: [] });
  });

  it('waits for the forge to answer', async () => {
    expect(await told([], { error: new Error('away') })).toEqual({ asked: ['main'], again: 'away' });
  });
});
