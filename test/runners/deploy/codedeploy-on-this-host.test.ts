import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCodeDeployOnThisHost } from '../../../runners/deploy/codedeploy-on-this-host.ts';
import type { DeploymentEvent } from '../../../runners/deploy/deployment-target.ts';
import { createDeployHost, type DeployHost, isRoot, itNeedsRoot, script } from './deploy-host.ts';
import { sampleBundle } from './sample-bundle.ts';

itNeedsRoot();

const codedeploy = {
  type: 'codedeploy',
  application: 'shop',
  group: 'production hosts',
  bucket: 'bundles',
  key: 'shop.zip',
  region: 'eu-west-1',
};

describe.runIf(isRoot)('a CodeDeploy group that is this host', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  async function deploy(target: Readonly<Record<string, unknown>>, more: { repository?: string } = {}) {
    const here = createCodeDeployOnThisHost({
      groups: [{ application: 'shop', group: 'production hosts' }],
      local: host.newTarget(),
      codedeploy: { deploy: async () => ({ outcome: 'success', externalId: 'd-AWS' }) },
    });
    const env = script(`echo "$APPLICATION_NAME, $DEPLOYMENT_GROUP_NAME" > ${host.file('env')}`, 'env');
    const request = await host.newRequest({
      bundle: sampleBundle(host, 'one', { 'scripts/start.sh': env }),
      options: target,
      secrets: { AWS_SECRET_ACCESS_KEY: 'half of what opens AWS' },
      ...more,
    });
    const events: DeploymentEvent[] = [];
    const report = (event: DeploymentEvent) => void events.push(event);
    const outcome = await here.deploy(request, { signal: new AbortController().signal, report });
    return { outcome, text: JSON.stringify(events) };
  }

  it('is deployed to here: its scripts hear the names that CodeDeploy would tell them, and none of the secrets', async () => {
    const { outcome, text } = await deploy(codedeploy);
    expect(outcome).toMatchObject({
      outcome: 'success',
      externalId: expect.stringMatching(/^[0-9a-f]{20}$/),
    });
    expect(await host.read('env')).toBe('shop, production hosts\n');
    expect(text).toContain('LIFECYCLE_EVENT=ApplicationStart');
    expect(text).not.toContain('half of what opens AWS');
  });

  it('is not the same as other groups, which stay at AWS', async () => {
    const { outcome } = await deploy({ ...codedeploy, group: 'staging' });
    expect(outcome).toEqual({ outcome: 'success', externalId: 'd-AWS' });
  });

  it('is still closed to repositories without a rule', async () => {
    const { outcome } = await deploy(codedeploy, { repository: 'octo/other' });
    expect(outcome).toMatchObject({ outcome: 'error', reason: { code: 'not_allowed' } });
  });

  it('refuses options that are wrong, as CodeDeploy would', async () => {
    const { outcome } = await deploy({ ...codedeploy, fileExistsBehavior: 'SOMETIMES' });
    expect(outcome).toMatchObject({ outcome: 'error', reason: { code: 'target_invalid' } });
  });
});
