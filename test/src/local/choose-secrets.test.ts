import { describe, expect, it } from 'vitest';
import { checkSecrets, readSecrets, secretsFor } from '../../../src/local/choose-secrets.ts';
import { planned } from './local-samples.ts';

const text = 'image: debian:12\njobs: { publish: { secrets: [NPM_TOKEN, KEY], steps: [make] } }\n';

describe('secrets of a run on this machine', () => {
  it('are those that are named: with their values, or from the environment by name only', () => {
    const environment = { NPM_TOKEN: 'from outside', OTHER: 'not given' };
    expect(readSecrets(['NPM_TOKEN', 'KEY=a=b\nc', 'EMPTY='], environment)).toEqual({
      NPM_TOKEN: 'from outside',
      KEY: 'a=b\nc',
      EMPTY: '',
    });
  });

  it('must be there, and have a name', () => {
    expect(() => readSecrets(['NPM_TOKEN'], {})).toThrow(/no such variable; export it/);
    expect(() => readSecrets(['a-b=hidden'], {})).toThrow(/^--secret a-b is no name/);
    expect(() => readSecrets(['=hidden'], {})).not.toThrow(/hidden/);
  });

  it('are missed before anything begins, and not by a job that is left out', () => {
    const { plan } = planned(text);
    expect(() => checkSecrets(plan, { KEY: 'x' })).toThrow(
      'job "publish" asks for NPM_TOKEN; --secret NPM_TOKEN takes it from the environment',
    );
    checkSecrets(plan, { KEY: 'x', NPM_TOKEN: 'y' });
    checkSecrets({ jobs: plan.jobs.map((job) => ({ ...job, leftOut: { why: 'x', line: 1 } })) }, {});
  });

  it('go to the job that asks for them, and no others with them', () => {
    expect(secretsFor(['A'], { A: '1', B: '2' })).toEqual({ A: '1' });
    expect(secretsFor(['*'], { A: '1', B: '2' })).toEqual({ A: '1', B: '2' });
  });
});
