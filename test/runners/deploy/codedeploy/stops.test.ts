import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { running, type SceneMachine, succeeded } from '../../../support/codedeploy/stand-in-deployment.ts';
import { type CodeDeployScene, createCodeDeployScene } from './codedeploy-scene.ts';

const starting: SceneMachine = {
  status: 'InProgress',
  events: [{ lifecycleEventName: 'ApplicationStart', status: 'InProgress' }],
};

describe('a CodeDeploy deployment under way', () => {
  let scene: CodeDeployScene;
  beforeEach(async () => {
    scene = await createCodeDeployScene();
  });
  afterEach(async () => {
    expect(scene.aws.wrong).toEqual([]);
    await scene.close();
  });

  it('is stopped with a rollback when it is cancelled, and waited for', async () => {
    scene.aws.play({ ...running, machines: { 'i-1': starting } });
    const stop = new AbortController();
    const done = await scene.deploy({
      signal: stop.signal,
      onEvent: (event) =>
        event.type === 'step-started' && event.name === 'ApplicationStart' && stop.abort(new Error('cancel')),
    });
    expect(done).toMatchObject({ outcome: 'cancelled', reason: { code: 'cancelled' } });
    expect(done.message).toBe('The deployment d-STANDIN01 was stopped.');
    expect(done.steps.at(-1)).toBe('ApplicationStart cancelled');
    const [asked] = scene.aws.asked.filter(({ operation }) => operation === 'StopDeployment');
    expect(asked?.input).toEqual({ deploymentId: 'd-STANDIN01', autoRollbackEnabled: true });
  });

  it('goes on when the deployer is restarted, and the next attempt follows it', async () => {
    scene.aws.play({ ...running, machines: { 'i-1': starting } });
    const restart = new AbortController();
    const first = await scene.deploy({
      signal: restart.signal,
      onEvent: (event) =>
        event.type === 'status' && event.instances && restart.abort(new Error('handed-back')),
    });
    expect(first.outcome).toBe('cancelled');
    expect(scene.aws.count('StopDeployment')).toBe(0);
    for (const deployment of scene.aws.deployments.values()) deployment.scenes = [succeeded];
    const second = await scene.deploy();
    expect(second).toMatchObject({ outcome: 'success', externalId: first.externalId });
    expect(scene.aws.deployments.size).toBe(1);
  });

  it('that does not end when it is stopped is left after a while, and can be followed again', async () => {
    await scene.close();
    scene = await createCodeDeployScene({ times: { stopMs: 50 } });
    scene.aws.play(running);
    scene.aws.fail(
      'StopDeployment',
      ...Array.from({ length: 99 }, () => ({ status: 400, name: 'AccessDeniedException' })),
    );
    const stop = new AbortController();
    const done = await scene.deploy({
      signal: stop.signal,
      onEvent: (event) =>
        event.type === 'status' && event.externalId !== undefined && stop.abort(new Error('cancel')),
    });
    expect(done.outcome).toBe('cancelled');
    expect(done.message).toContain('which had not ended yet');
    for (const deployment of scene.aws.deployments.values()) deployment.scenes = [succeeded];
    expect((await scene.deploy()).outcome).toBe('success');
  });
});
