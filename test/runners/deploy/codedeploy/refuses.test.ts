import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CodeDeployScene, createCodeDeployScene, goodAppspec, goodBundle } from './codedeploy-scene.ts';

describe('what CodeDeploy cannot deploy', () => {
  let scene: CodeDeployScene;
  beforeEach(async () => {
    scene = await createCodeDeployScene({ times: { giveUpAfterMs: 30 } });
  });
  afterEach(async () => {
    expect(scene.aws.wrong).toEqual([]);
    expect(scene.aws.deployments.size).toBe(0);
    await scene.close();
  });

  it.each([
    ['a missing appspec file', { 'app/index.html': '' }, 'appspec_invalid', 'has no appspec.yml at its top'],
    ['a wrapped bundle', { 'dist/appspec.yml': goodAppspec }, 'appspec_invalid', 'There is dist/appspec.yml'],
    [
      'a quoted version',
      { ...goodBundle, 'appspec.yml': goodAppspec.replace('0.0', '"0.0"') },
      'appspec_invalid',
      'appspec.yml:1:10 ',
    ],
    [
      'a tab',
      { ...goodBundle, 'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n\tInstall: []\n' },
      'appspec_invalid',
      'appspec.yml:4:',
    ],
    [
      'a missing script',
      { ...goodBundle, 'appspec.yml': goodAppspec.replace('start.sh', 'go.sh') },
      'bundle_invalid',
      'appspec.yml:8:7 The script `scripts/go.sh` of ApplicationStart is not in the bundle',
    ],
    [
      'a missing source',
      { ...goodBundle, 'appspec.yml': goodAppspec.replace('source: app', 'source: lib') },
      'bundle_invalid',
      'The source `lib` is not in the bundle',
    ],
  ])('%s is an error before anything is sent', async (_what, bundle, code, words) => {
    const done = await scene.deploy({ bundle: bundle as Record<string, string> });
    expect(done).toMatchObject({ outcome: 'error', reason: { code } });
    expect(done.message).toContain(words);
    expect(done.steps).toEqual(['CheckBundle error']);
    expect(scene.s3.asked).toEqual([]);
  });

  it.each([
    [
      'an unknown application',
      { application: 'shoop' },
      'target_invalid',
      'The CodeDeploy application shoop does not exist in eu-west-1',
    ],
    [
      'an unknown group',
      { group: 'prod' },
      'target_invalid',
      'The application shop has no deployment group prod',
    ],
    ['an unknown bucket', { bucket: 'no-such' }, 'target_invalid', 'The bucket no-such does not exist'],
    ['an unknown setting', { colour: 'blue' }, 'target_invalid', 'colour'],
  ])('%s is an error that says what to correct', async (_what, target, code, words) => {
    const done = await scene.deploy({ target: target as Record<string, unknown> });
    expect(done).toMatchObject({ outcome: 'error', reason: { code } });
    expect(done.message).toContain(words);
  });

  it.each([
    ['AccessDeniedException', 'not_allowed', 'Allow them codedeploy:CreateDeployment'],
    ['InvalidRoleException', 'provider_failed', 'AWSCodeDeployRole'],
    ['InvalidRevisionException', 'bundle_invalid', 'does not take the bundle'],
    ['DeploymentConfigDoesNotExistException', 'target_invalid', 'CodeDeployDefault.OneAtATime'],
    ['ExpiredTokenException', 'not_allowed', 'AWS_SESSION_TOKEN'],
    ['InvalidAlarmConfigException', 'provider_failed', 'InvalidAlarmConfigException'],
  ])('%s from CodeDeploy is answered with its remedy', async (name, code, words) => {
    scene.aws.fail('CreateDeployment', { status: 400, name });
    const done = await scene.deploy();
    expect(done).toMatchObject({ outcome: 'error', reason: { code } });
    expect(done.message).toContain(words);
    expect(done.steps.at(-1)).toBe('CreateDeployment error');
  });

  it('a CodeDeploy that throttles for good is given up', async () => {
    const throttled = { status: 400, name: 'ThrottlingException' };
    scene.aws.fail('CreateDeployment', ...Array.from({ length: 200 }, () => throttled));
    const done = await scene.deploy();
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'provider_failed' } });
    expect(done.message).toContain('ThrottlingException');
  });

  it('an endpoint where nobody listens is given up before anything is put', async () => {
    const endpoints = { s3: scene.s3.endpoint, codedeploy: 'http://127.0.0.1:1' };
    const done = await scene.deploy({ adapter: { endpoints } });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'provider_failed' } });
    expect(done.message).toContain('CodeDeploy in eu-west-1 does not answer');
    expect(scene.s3.asked).toEqual([]);
  });

  it('half of a pair of credentials is named', async () => {
    const done = await scene.deploy({ secrets: { AWS_ACCESS_KEY_ID: 'AKIASTANDIN' } });
    expect(done.message).toContain('but not AWS_SECRET_ACCESS_KEY');
  });

  it('a signal that comes before is no deployment', async () => {
    const done = await scene.deploy({ signal: AbortSignal.abort(new Error('cancel')) });
    expect(done.outcome).toBe('cancelled');
    expect(scene.aws.asked).toEqual([]);
  });
});
