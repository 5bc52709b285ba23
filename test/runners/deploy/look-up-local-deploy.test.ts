import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookUpLocalDeploy } from '../../../runners/deploy/look-up-local-deploy.ts';
import { isRoot, itNeedsRoot } from './deploy-host.ts';

itNeedsRoot();

describe.runIf(isRoot)('the rules of HOOKLINE_LOCAL_DEPLOY on a host', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'hookline-rules-'));
    await chmod(base, 0o711);
    for (const name of ['srv', 'state', 'state/inner']) await mkdir(join(base, name));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const lookUp = (root: string, user: string) =>
    lookUpLocalDeploy({
      rules: [{ repository: 'octo/shop', roots: [root], users: [user] }],
      ownDirectories: [join(base, 'state')],
      stateDirectory: join(base, 'state'),
    });

  it('are found with ids, groups and real paths', async () => {
    const [policy] = await lookUp(join(base, 'srv'), 'nobody');
    expect(policy?.users[0]).toMatchObject({ name: 'nobody', uid: 65534, gid: 65534, groups: [65534] });
    expect(policy?.roots[0]?.path).toBe(join(base, 'srv'));
  });

  it('must name users and directories that exist, and none of hookline`s own', async () => {
    await expect(lookUp(join(base, 'none'), 'no-such-user')).rejects.toThrow(
      /octo\/shop: .*\/none is not a directory on this host.*octo\/shop: the user no-such-user does not exist/,
    );
    await expect(lookUp(join(base, 'state/inner'), 'nobody')).rejects.toThrow(/overlap/);
    await expect(lookUp(base, 'nobody')).rejects.toThrow(/overlap/);
  });

  it('must name users that can reach the bundles', async () => {
    await chmod(base, 0o700);
    await expect(lookUp(join(base, 'srv'), 'nobody')).rejects.toThrow(
      /the user nobody cannot enter .*\/state/,
    );
    expect(await lookUp(join(base, 'srv'), 'root')).toHaveLength(1);
  });
});
