import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scene, SceneMachine } from '../../../support/codedeploy/stand-in-deployment.ts';
import { running, succeeded } from '../../../support/codedeploy/stand-in-deployment.ts';
import { awsSecrets, type CodeDeployScene, createCodeDeployScene } from './codedeploy-scene.ts';

const ok: SceneMachine = {
  status: 'Succeeded',
  events: [
    { lifecycleEventName: 'ApplicationStop', status: 'Skipped' },
    { lifecycleEventName: 'Install', status: 'Succeeded' },
    { lifecycleEventName: 'ApplicationStart', status: 'Succeeded' },
  ],
};
const broken: SceneMachine = {
  status: 'Failed',
  events: [
    { lifecycleEventName: 'ApplicationStop', status: 'Skipped' },
    { lifecycleEventName: 'Install', status: 'Succeeded' },
    {
      lifecycleEventName: 'ApplicationStart',
      status: 'Failed',
      diagnostics: {
        errorCode: 'ScriptFailed',
        scriptName: 'scripts/start.sh',
        message: 'Script at specified location: scripts/start.sh failed with exit code 7',
        logTail: '[stderr]port 8080 is taken\n',
      },
    },
  ],
};
const starting: SceneMachine = {
  status: 'InProgress',
  events: [
    { lifecycleEventName: 'ApplicationStop', status: 'Skipped' },
    { lifecycleEventName: 'Install', status: 'Succeeded' },
    { lifecycleEventName: 'ApplicationStart', status: 'InProgress' },
  ],
};
const failed: Scene = {
  status: 'Failed',
  errorInformation: { code: 'HEALTH_CONSTRAINTS', message: 'Too many individual instances failed.' },
  deploymentOverview: { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 1, Skipped: 0, Ready: 0 },
  machines: { 'i-1': broken },
};
const overview = (succeededCount: number, failedCount: number) => ({
  deploymentOverview: {
    Pending: 0,
    InProgress: 0,
    Succeeded: succeededCount,
    Failed: failedCount,
    Skipped: 0,
    Ready: 0,
  },
});

describe('a CodeDeploy deployment', () => {
  let scene: CodeDeployScene;
  beforeEach(async () => {
    scene = await createCodeDeployScene();
  });
  afterEach(async () => {
    expect(scene.aws.wrong).toEqual([]);
    await scene.close();
  });

  it('goes from the bundle to the instances, with the lifecycle events as its steps', async () => {
    scene.aws.play(
      { status: 'Created' },
      { status: 'Queued' },
      { ...running, machines: { 'i-1': starting } },
      { status: 'Baking', machines: { 'i-1': ok } },
      { ...succeeded, ...overview(1, 0), machines: { 'i-1': ok } },
    );
    const done = await scene.deploy({
      target: { description: 'The shop', config: 'CodeDeployDefault.AllAtOnce' },
    });
    expect(done).toMatchObject({ outcome: 'success', externalId: 'd-STANDIN01' });
    expect(done.reason).toBeUndefined();
    expect(done.steps).toEqual([
      'CheckBundle success',
      'UploadBundle success',
      'CreateDeployment success',
      'ApplicationStop skipped',
      'Install success',
      'ApplicationStart success',
    ]);
    expect(done.statuses).toEqual(['queued', 'queued', 'running', 'running', 'success']);
    const [{ input } = { input: {} }] = scene.aws.asked.filter(
      ({ operation }) => operation === 'CreateDeployment',
    );
    const [stored] = scene.s3.objects.get('octo/shop/main/web-12.zip') ?? [];
    expect(input).toEqual({
      applicationName: 'shop',
      deploymentGroupName: 'production',
      deploymentConfigName: 'CodeDeployDefault.AllAtOnce',
      description: expect.stringMatching(/^The shop - run #12 (a1){20} \[hookline job-1 [0-9a-f]{12}\]$/),
      revision: {
        revisionType: 'S3',
        s3Location: {
          bucket: 'bundles',
          key: 'octo/shop/main/web-12.zip',
          bundleType: 'zip',
          eTag: stored?.eTag.replaceAll('"', ''),
          version: 'v1',
        },
      },
      fileExistsBehavior: 'OVERWRITE',
      ignoreApplicationStopFailures: false,
    });
    expect(scene.aws.asked[0]?.authorization).toContain('Credential=AKIASTANDIN/');
    expect(scene.aws.asked[0]?.authorization).toContain('/eu-west-1/codedeploy/');
  });

  it('puts a large bundle in parts, and names the version and tag of the whole', async () => {
    const noise = randomBytes(8 * 1024 * 1024).toString('base64');
    const done = await scene.deploy({
      bundle: { 'appspec.yml': 'version: 0.0\nos: linux\n', 'app/noise': noise },
    });
    expect(done.outcome).toBe('success');
    expect(scene.s3.asked[0]).toBe('POST octo/shop/main/web-12.zip?uploads');
    const input = [...scene.aws.deployments.values()][0]?.input;
    expect(input?.['revision']).toMatchObject({
      s3Location: { eTag: expect.stringMatching(/^[0-9a-f]{32}-\d$/), version: 'v1' },
    });
  });

  it('names no version when the bucket keeps none', async () => {
    await scene.close();
    scene = await createCodeDeployScene({ versioned: false });
    expect((await scene.deploy()).outcome).toBe('success');
    const input = [...scene.aws.deployments.values()][0]?.input;
    expect(Object.keys(Object(input?.['revision']).s3Location)).toEqual([
      'bucket',
      'key',
      'bundleType',
      'eTag',
    ]);
  });

  it('ends as a failure with the script, the log tail and the rollback, followed to its end', async () => {
    const rollback = scene.aws.addForeign([succeeded]);
    rollback.scenes = [running, running, succeeded];
    scene.aws.groups.add('shop/staging');
    scene.aws.play(
      { ...running, machines: { 'i-1': starting } },
      { ...failed, autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] } },
      { ...failed, rollbackInfo: { rollbackDeploymentId: rollback.id } },
    );
    const done = await scene.deploy({ target: { group: 'staging' } });
    expect(done).toMatchObject({ outcome: 'failure', reason: { code: 'hook_failed' } });
    expect(done.message).toBe(
      `i-1: ApplicationStart: Script at specified location: scripts/start.sh failed with exit code 7. 1 of 1 instance failed. The deployment ${done.externalId} failed (HEALTH_CONSTRAINTS: Too many individual instances failed.). Too few instances stayed healthy for the deployment configuration. CodeDeploy rolled back to the revision before with ${rollback.id}, which succeeded.`,
    );
    expect(done.text).toContain('i-1: ApplicationStart failed: Script at specified location');
    expect(done.text).toContain('[stderr]port 8080 is taken\n');
    expect(done.events).toContainEqual({
      type: 'step-finished',
      name: 'ApplicationStart',
      outcome: 'failure',
      exitCode: 7,
      message:
        'i-1: Script at specified location: scripts/start.sh failed with exit code 7\n[stderr]port 8080 is taken',
    });
    const shown = done.events.findLast((event) => event.type === 'status' && event.instances !== undefined);
    expect(shown).toMatchObject({
      instances: [{ id: 'i-1', status: 'failure', lifecycleEvent: 'ApplicationStart' }],
    });
  });

  it('is a success with a plain word when CodeDeploy overlooks instances that failed', async () => {
    const machines = { ...machinesOf(6, ok, 'i-ok'), ...machinesOf(3, broken, 'i-bad') };
    scene.aws.play({ ...succeeded, ...overview(6, 3), machines });
    const done = await scene.deploy();
    expect(done.outcome).toBe('success');
    expect(done.message).toMatch(
      /^3 of 9 instances failed\. CodeDeploy calls it a success\. i-bad1: ApplicationStart/,
    );
    expect(done.text).toContain('i-ok4: Install succeeded\n');
  });

  it('is a failure when fewer instances than the pipeline asks for are healthy', async () => {
    scene.aws.play({ ...succeeded, ...overview(1, 8) });
    const done = await scene.deploy({ target: { minimumHealthy: 4 } });
    expect(done.outcome).toBe('failure');
    expect(done.message).toContain('8 of 9 instances failed.');
    expect(done.message).toContain('fewer than the 4 that `minimum_healthy` asks for');
  });

  it('reads fleets of more instances than one call takes', async () => {
    scene.aws.pages(30);
    scene.aws.play({ ...succeeded, ...overview(70, 0), machines: machinesOf(70, ok, 'i-') });
    const done = await scene.deploy();
    expect(done.steps).toContain('ApplicationStart success');
    expect(scene.aws.count('ListDeploymentTargets')).toBe(3);
    expect(scene.aws.count('BatchGetDeploymentTargets')).toBe(3);
  });

  it('is continued when blue/green waits for it, and the old instances are left their time', async () => {
    scene.aws.play(
      running,
      { status: 'Ready' },
      { ...running, instanceTerminationWaitTimeStarted: true },
      succeeded,
    );
    expect((await scene.deploy()).outcome).toBe('success');
    const asked = scene.aws.asked.filter(({ operation }) => operation === 'ContinueDeployment');
    expect(asked.map(({ input }) => input['deploymentWaitType'])).toEqual(['READY_WAIT']);
  });

  it('ends the wait for the old instances too, when the target says so', async () => {
    scene.aws.play(
      { status: 'Ready' },
      running,
      { status: 'Ready', instanceTerminationWaitTimeStarted: true },
      succeeded,
    );
    expect((await scene.deploy({ target: { terminateAtOnce: true } })).outcome).toBe('success');
    const asked = scene.aws.asked.filter(({ operation }) => operation === 'ContinueDeployment');
    expect(asked.map(({ input }) => input['deploymentWaitType'])).toEqual(['READY_WAIT', 'TERMINATION_WAIT']);
  });

  it('waits for a person when the target says so, and says that it waits', async () => {
    scene.aws.play({ status: 'Ready' }, succeeded);
    const done = await scene.deploy({
      target: { continueWhenReady: false },
      onEvent: (event) => {
        const [deployment] = scene.aws.deployments.values();
        if (event.type === 'status' && event.status === 'waiting' && deployment)
          deployment.scenes = [succeeded];
      },
    });
    expect(done.statuses).toEqual(['queued', 'queued', 'waiting', 'running', 'success']);
    expect(scene.aws.count('ContinueDeployment')).toBe(0);
  });

  it('is followed through outages of AWS', async () => {
    scene.aws.play(running, running, succeeded);
    scene.aws.fail('GetDeployment', ...Array.from({ length: 5 }, () => 'unheard' as const));
    scene.aws.fail('ListDeploymentTargets', { status: 400, name: 'AccessDeniedException' });
    const done = await scene.deploy();
    expect(done.outcome).toBe('success');
    expect(done.text).toContain('The instances cannot be shown (AccessDeniedException');
  });

  it('that cannot be followed is an error that names it, and can be followed later', async () => {
    scene.aws.fail('GetDeployment', { status: 400, name: 'AccessDeniedException' });
    const first = await scene.deploy();
    expect(first).toMatchObject({
      outcome: 'error',
      reason: { code: 'not_allowed' },
      externalId: 'd-STANDIN01',
    });
    expect(first.message).toContain(
      'The deployment d-STANDIN01 was created and goes on, but cannot be followed.',
    );
    expect((await scene.deploy()).outcome).toBe('success');
    expect(scene.aws.deployments.size).toBe(1);
  });

  it('keeps secrets out of its reason, and out of what it keeps', async () => {
    const message = `login with ${awsSecrets.AWS_SECRET_ACCESS_KEY} failed`;
    scene.aws.play({ ...failed, errorInformation: { code: 'AGENT_ISSUE', message } });
    const done = await scene.deploy();
    expect(done.message).toContain('login with *** failed');
    expect((await scene.deploy()).message).toBe(done.message);
  });
});

function machinesOf(count: number, machine: SceneMachine, prefix: string): Record<string, SceneMachine> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i + 1}`, machine]));
}
