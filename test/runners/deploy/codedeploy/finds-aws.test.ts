import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CodeDeployScene, createCodeDeployScene } from './codedeploy-scene.ts';

describe('without endpoints and secrets of its own, a CodeDeploy deployment', () => {
  let scene: CodeDeployScene;
  const before = { ...process.env };
  beforeEach(async () => {
    scene = await createCodeDeployScene();
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAMACHINE';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'machine-secret-key';
  });
  afterEach(async () => {
    process.env = before;
    await scene.close();
  });

  it('finds the endpoints in the environment, and the credentials of the machine', async () => {
    process.env['AWS_ENDPOINT_URL_CODEDEPLOY'] = scene.aws.endpoint;
    process.env['AWS_ENDPOINT_URL_S3'] = scene.s3.endpoint;
    const done = await scene.deploy({ secrets: {}, adapter: { endpoints: {} } });
    expect(done.outcome).toBe('success');
    expect(scene.aws.asked[0]?.authorization).toContain('Credential=AKIAMACHINE/');
    expect(scene.aws.wrong).toEqual([]);
  });

  it('signs with the credentials of the repository where it has some', async () => {
    await scene.deploy();
    expect(scene.aws.asked[0]?.authorization).toContain('Credential=AKIASTANDIN/');
  });

  it('signs with the secrets that the target names, and asks for both of them', async () => {
    const target = { credentials: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } };
    const done = await scene.deploy({ target, secrets: { KEY: 'AKIAOTHER', SECRET: 'other-secret' } });
    expect(done.outcome).toBe('success');
    expect(scene.aws.asked[0]?.authorization).toContain('Credential=AKIAOTHER/');
    const half = await scene.deploy({ target, secrets: { KEY: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'x' } });
    expect(half.message).toContain('but not SECRET');
  });

  it('honours one endpoint for all services', async () => {
    process.env['AWS_ENDPOINT_URL'] = scene.aws.endpoint;
    const done = await scene.deploy({ secrets: {}, adapter: { endpoints: { s3: scene.s3.endpoint } } });
    expect(done.outcome).toBe('success');
  });
});
