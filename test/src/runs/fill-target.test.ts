import { describe, expect, it } from 'vitest';
import type { CodeDeployTarget, S3Target } from '../../../pipelines/pipeline.ts';
import { filledFault, filledWith, fillTarget } from '../../../src/runs/fill-target.ts';
import { created, deployPlan } from './sample-run.ts';

const shop = (name: string) => `\${${name}}`;

const target: CodeDeployTarget = {
  type: 'codedeploy',
  application: 'shop',
  group: `shop-${shop('STAGE')}`,
  bucket: shop('BUCKET'),
  key: `${shop('TRAVIS_BRANCH')}/{sha}.zip`,
  region: 'eu-west-1',
  description: `${shop('SPARE')} of run ${shop('TRAVIS_BUILD_NUMBER')}`,
  fileExistsBehavior: 'DISALLOW',
  ignoreApplicationStopFailures: false,
  credentials: { accessKeyId: 'SHOP_KEY', secretAccessKey: 'SHOP_SECRET' },
};
const fill = ['STAGE', 'BUCKET', 'TRAVIS_BRANCH', 'TRAVIS_BUILD_NUMBER'];
const { run } = created([deployPlan('production', ['build'])]);
const secrets = { STAGE: 'staging', BUCKET: 'builds', SPARE: 'not asked for', SHOP_KEY: 'AKIA' };

describe('the target of a deployment of a .travis.yml', () => {
  it('has the values of the secrets and of the run that it names', () => {
    expect(fillTarget({ target, fill }, run, secrets)).toEqual({
      ...target,
      group: 'shop-staging',
      bucket: 'builds',
      key: 'main/{sha}.zip',
      description: `${shop('SPARE')} of run ${run.number}`,
    });
    expect(filledWith({ fill })).toEqual(['STAGE', 'BUCKET']);
  });

  it('stays as it is where the plan asks for nothing, whatever its texts look like', () => {
    expect(fillTarget({ target }, run, secrets)).toBe(target);
  });

  it.each([
    [{ bucket: 'Not A Bucket' }, 'bucket is not the name of an S3 bucket'],
    [{ region: 'eu-west-1.example.com/' }, 'region is not a region of AWS such as eu-west-1'],
    [{ application: ' ' }, 'application, group or key has nothing in it'],
  ])('is looked at when it is filled: %j', (change, fault) => {
    expect(filledFault({ ...target, bucket: 'builds', ...change })).toBe(fault);
  });

  it('is as good filled as written', () => {
    expect(filledFault(fillTarget({ target, fill }, run, secrets))).toBeUndefined();
    const site: S3Target = {
      type: 's3',
      bucket: 'site',
      region: 'eu-west-1',
      directory: '',
      prefix: '',
      detectEncoding: false,
      dotMatch: false,
    };
    expect(filledFault(site)).toBeUndefined();
  });
});
