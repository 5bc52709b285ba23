import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../../src/clock.ts';
import { running, succeeded } from '../../../support/codedeploy/stand-in-deployment.ts';
import { type CodeDeployScene, createCodeDeployScene } from './codedeploy-scene.ts';

/** Works for so many looks at the clock, then every further one breaks the adapter where it stands. */
function clockUntilCrash(looks: number): Clock & { crashed: boolean } {
  const clock = {
    crashed: false,
    now: () => tick(() => systemClock.now()),
    elapsed: () => tick(() => systemClock.elapsed()),
    after: (delayMs: number, run: () => void) => tick(() => systemClock.after(delayMs, run)),
  };
  let left = looks;
  function tick<T>(use: () => T): T {
    if (left === 0) {
      clock.crashed = true;
      throw new Error('the machine lost power');
    }
    left -= 1;
    return use();
  }
  return clock;
}

describe('a CodeDeploy deployment is created once', () => {
  let scene: CodeDeployScene;
  beforeEach(async () => {
    scene = await createCodeDeployScene();
  });
  afterEach(async () => {
    expect(scene.aws.wrong).toEqual([]);
    await scene.close();
  });
  const created = () => scene.aws.deployments.size;

  it.each([
    { what: 'while it runs', scenes: [running, running, succeeded], lists: 0 },
    { what: 'when it is over at once and listed late', scenes: [succeeded], lists: 2 },
  ])('whenever the deployer loses power, $what', async ({ scenes, lists }) => {
    scene.aws.play(...scenes);
    scene.aws.hide(lists);
    let crashes = 0;
    for (let looks = 0; ; looks += 1) {
      const before = created();
      const clock = clockUntilCrash(looks);
      const key = `job-${looks}`;
      const first = await scene.deploy({ key, adapter: { clock } }).catch((error: unknown) => error);
      if (clock.crashed) crashes += 1;
      const second = await scene.deploy({ key });
      expect(second, `a crash after ${looks} looks at the clock`).toMatchObject({ outcome: 'success' });
      expect(created() - before, `a crash after ${looks} looks at the clock`).toBe(1);
      if (!clock.crashed) {
        expect(first).toMatchObject({ outcome: 'success', externalId: second.externalId });
        break;
      }
    }
    expect(crashes).toBeGreaterThan(10);
  });

  it('whenever the deployer dies while it reports', async () => {
    scene.aws.play(running, { ...running, machines: { 'i-1': { status: 'InProgress' } } }, succeeded);
    for (let reports = 0; ; reports += 1) {
      const before = created();
      let left = reports;
      const key = `job-${reports}`;
      const first = await scene
        .deploy({
          key,
          onEvent: () => {
            if (left === 0) throw new Error('killed');
            left -= 1;
          },
        })
        .catch((error: unknown) => error);
      const second = await scene.deploy({ key });
      expect(second.outcome).toBe('success');
      expect(created() - before, `killed at report ${reports}`).toBe(1);
      if (!(first instanceof Error)) break;
    }
  });

  it('when the answer to its creation is lost, and lists show it late', async () => {
    scene.aws.hide(3);
    scene.aws.fail('CreateDeployment', 'unanswered');
    const done = await scene.deploy();
    expect(done).toMatchObject({ outcome: 'success', externalId: [...scene.aws.deployments.keys()][0] });
    expect(created()).toBe(1);
    expect(scene.aws.count('CreateDeployment')).toBe(1);
  });

  it('when AWS answers 500 to a creation that it carried out', async () => {
    scene.aws.hide(2);
    scene.aws.fail('CreateDeployment', 'carried-out-500');
    scene.aws.fail('BatchGetDeployments', { status: 500, name: 'InternalFailure' });
    expect((await scene.deploy()).outcome).toBe('success');
    expect(created()).toBe(1);
  });

  it('when another deployer takes over that knows nothing of the first', async () => {
    const first = await scene.deploy();
    const second = await scene.deploy({ adapter: { stateDirectory: `${scene.stateDirectory}-elsewhere` } });
    expect(second).toMatchObject({ outcome: 'success', externalId: first.externalId });
    expect(created()).toBe(1);
    expect(scene.s3.objects.get('octo/shop/main/web-12.zip')).toHaveLength(1);
  });

  it('when another deployer takes over before the deployment of the first is listed', async () => {
    scene.aws.hide(2);
    scene.aws.play(running, running, succeeded);
    let left = 9;
    const lost = scene.deploy({
      onEvent: () => {
        left -= 1;
        if (left === 0) throw new Error('killed');
      },
    });
    await expect(lost).rejects.toThrow('killed');
    expect(created()).toBe(1);
    const [deployment] = scene.aws.deployments.values();
    const second = await scene.deploy({ adapter: { stateDirectory: `${scene.stateDirectory}-elsewhere` } });
    expect(second).toMatchObject({ outcome: 'success', externalId: deployment?.id });
    expect(created()).toBe(1);
  });

  it('when the first attempt never reached AWS, by a second one after it was looked for', async () => {
    scene.aws.fail('CreateDeployment', 'unheard', { status: 503, name: 'ServiceUnavailable' });
    const done = await scene.deploy();
    expect(done.outcome).toBe('success');
    expect(created()).toBe(1);
    expect(scene.aws.count('CreateDeployment')).toBe(3);
    const looks = scene.aws.asked.map(({ operation }) => operation);
    expect(looks.slice(looks.indexOf('CreateDeployment') + 1)[0]).toBe('ListDeployments');
  });

  it('when it is throttled, without looking: AWS did not read the request', async () => {
    const throttled = { status: 400, name: 'ThrottlingException' };
    scene.aws.fail('CreateDeployment', throttled, throttled);
    expect((await scene.deploy()).outcome).toBe('success');
    expect(created()).toBe(1);
    expect(scene.aws.count('ListDeployments')).toBe(1);
  });

  it('among many others, on later pages too', async () => {
    scene.aws.pages(10);
    for (let i = 0; i < 60; i += 1) scene.aws.addForeign([succeeded]);
    scene.aws.fail('CreateDeployment', 'unanswered');
    const done = await scene.deploy();
    for (let i = 0; i < 60; i += 1) scene.aws.addForeign([succeeded]);
    const again = await scene.deploy({ adapter: { stateDirectory: `${scene.stateDirectory}-2` } });
    expect(again.externalId).toBe(done.externalId);
    expect(created()).toBe(121);
  });

  it('and a finished one that is asked for again answers as before, asking nobody', async () => {
    const first = await scene.deploy();
    const calls = scene.aws.asked.length;
    const again = await scene.deploy();
    expect(again).toMatchObject({ outcome: 'success', externalId: first.externalId, steps: [] });
    expect(scene.aws.asked).toHaveLength(calls);
  });

  it('while two ask for it at the same time', async () => {
    scene.aws.play(running, running, succeeded);
    const [one, two] = await Promise.all([scene.deploy(), scene.deploy()]);
    expect([one.outcome, two.outcome]).toEqual(['success', 'success']);
    expect(created()).toBe(1);
  });

  it('and its key is refused for another bundle, here and on another machine', async () => {
    await scene.deploy();
    const bundle = { 'appspec.yml': 'version: 0.0\nos: linux\n' };
    expect((await scene.deploy({ bundle })).reason?.code).toBe('key_reused');
    const elsewhere = { stateDirectory: `${scene.stateDirectory}-2` };
    expect((await scene.deploy({ bundle, adapter: elsewhere })).reason?.code).toBe('key_reused');
    expect(created()).toBe(1);
  });

  it('in a busy group after its turn has come, in order', async () => {
    const foreign = scene.aws.addForeign([running]);
    scene.aws.play(running, succeeded);
    const order: string[] = [];
    const one = scene.deploy({
      key: 'one',
      onEvent: (event) => event.type === 'status' && event.status === 'waiting' && order.push('one waits'),
    });
    await expect.poll(() => order).toEqual(['one waits']);
    const two = scene.deploy({ key: 'two' });
    await expect.poll(() => scene.s3.asked.length).toBe(2);
    foreign.scenes = [succeeded];
    const done = await Promise.all([one, two]);
    expect(done.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
    expect(done[0].statuses).toContain('waiting');
    const [, first, second] = [...scene.aws.deployments.values()].map(({ input }) =>
      String(input['description']),
    );
    expect(first).toContain('[hookline one ');
    expect(second).toContain('[hookline two ');
  });

  it('or not at all, when it is cancelled while the group is busy', async () => {
    scene.aws.addForeign([running]);
    const stop = new AbortController();
    const done = await scene.deploy({
      signal: stop.signal,
      onEvent: (event) =>
        event.type === 'status' && event.status === 'waiting' && stop.abort(new Error('cancel')),
    });
    expect(done).toMatchObject({ outcome: 'cancelled', reason: { code: 'cancelled' } });
    expect(created()).toBe(1);
    expect(scene.aws.count('StopDeployment')).toBe(0);
  });
});
