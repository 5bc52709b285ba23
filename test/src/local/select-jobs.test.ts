import { describe, expect, it } from 'vitest';
import { type Selection, selectJobs } from '../../../src/local/select-jobs.ts';
import { planned } from './local-samples.ts';

const text = `image: debian:12
jobs:
  build:
    steps: [{ name: compile, run: make }, { name: pack, run: make dist }]
    artifacts: [{ name: app, paths: [dist] }]
  test:
    needs: build
    matrix: { node: [20, 22], os: [a, b] }
    steps: [{ name: unit, run: make test }]
  tidy:
    needs: build
    when: failure
    steps: [make tidy]
deploy:
  production: { artifact: app, branches: [main], local: {} }
`;

function select(given: Partial<Selection>) {
  const { plan, pipeline } = planned(text);
  return selectJobs(plan, pipeline, { jobs: [], steps: [], matrix: [], ...given });
}
const asked = (given: Partial<Selection>) =>
  select(given)
    .jobs.filter(({ leftOut }) => !leftOut)
    .map(({ name }) => name);

describe('what of a run is carried out on this machine', () => {
  it('is every build and no deployment, which says why with its line', () => {
    const { jobs } = select({});
    expect(jobs.filter(({ leftOut }) => leftOut).map(({ name, leftOut }) => [name, leftOut])).toEqual([
      ['deploy production', { why: 'not from this machine', line: 15 }],
    ]);
  });

  it('is the jobs that are named, those with a matrix by the name in the file or by their own', () => {
    expect(asked({ jobs: ['build'] })).toEqual(['build']);
    expect(asked({ jobs: ['test'] })).toHaveLength(4);
    expect(asked({ jobs: ['test (node=20, os=b)'] })).toEqual(['test (node=20, os=b)']);
  });

  it('is the combinations that are named, and every job that has no such axis', () => {
    expect(asked({ matrix: ['node=22', 'os=a'] })).toEqual(['build', 'test (node=22, os=a)', 'tidy']);
  });

  it('is the steps that are named, by name or number, of the jobs that have them', () => {
    const steps = (given: Partial<Selection>) =>
      select(given).jobs.flatMap((job) =>
        job.kind === 'build' && !job.leftOut ? [[job.name, job.steps.map(({ name }) => name)]] : [],
      );
    expect(steps({ jobs: ['build'], steps: ['2'] })).toEqual([['build', ['pack']]]);
    expect(steps({ steps: ['compile'] })).toEqual([['build', ['compile']]]);
  });

  it('is a job for failures when it is named', () => {
    expect(select({ jobs: ['tidy'] }).jobs.find(({ name }) => name === 'tidy')).not.toHaveProperty('when');
  });

  it.each([
    [{ jobs: ['tests'] }, 'there is no job "tests": there is "build", "test"'],
    [{ jobs: ['tests'] }, 'did you mean "test"?'],
    [{ steps: ['unti'] }, 'did you mean "unit"?'],
    [{ jobs: ['build'], steps: ['unit'] }, 'there is no step "unit": there is "compile", "pack"'],
    [{ matrix: ['node=18'] }, 'there is no matrix value "node=18": there is "node=20", "node=22"'],
    [{ matrix: ['node'] }, '--matrix node names no value'],
  ])('says of %o what there is', (given, message) => {
    expect(() => select(given)).toThrow(message);
  });
});
