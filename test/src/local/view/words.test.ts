import { describe, expect, it } from 'vitest';
import { summary } from '../../../../src/local/view/summary.ts';
import { exitCodeOf, tookText } from '../../../../src/local/view/words.ts';
import { firstState } from '../local-samples.ts';

const run = firstState('image: debian:12\nsteps: [make]\n');
const made = { artifacts: [], logs: 'out/*/log.txt', tookMs: 62_400 };

describe('the end of a run', () => {
  it.each([
    ['success', 0],
    ['failure', 1],
    ['error', 2],
    ['skipped', 2],
    ['cancelled', 130],
  ] as const)('as %s is told by the exit code %i', (status, code) => {
    expect(exitCodeOf({ status })).toBe(code);
  });

  it('names what was made and where it lies', () => {
    const artifact = { job: 'build', name: 'app', path: 'out/build/app.zip', sizeBytes: 2_560, fileCount: 1 };
    expect(summary({ ...run, status: 'success' }, { ...made, artifacts: [artifact] })).toEqual([
      'artifact out/build/app.zip (2.5 KiB, 1 file)',
      'logs out/*/log.txt',
      'success in 1 min 2 s',
    ]);
  });

  it('says when nothing was carried out', () => {
    const jobs = run.jobs.map(({ attempt: _attempt, ...job }) => ({ ...job, status: 'skipped' as const }));
    expect(summary({ ...run, status: 'skipped', jobs }, made)[0]).toContain('nothing was carried out');
  });

  it('tells times as people do', () => {
    expect([40, 59_940, 125_000].map(tookText)).toEqual(['0.0 s', '59.9 s', '2 min 5 s']);
  });
});
