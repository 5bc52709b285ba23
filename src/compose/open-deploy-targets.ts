import { chmodSync } from 'node:fs';
import { extractZip } from '../../runners/artifacts/extract-zip.ts';
import { createCodeDeployOnThisHost } from '../../runners/deploy/codedeploy-on-this-host.ts';
import { createCodeDeployTarget } from '../../runners/deploy/codedeploy-target.ts';
import type { DeploymentTarget } from '../../runners/deploy/deployment-target.ts';
import type { ExtractBundle } from '../../runners/deploy/local/deployment-context.ts';
import { createLocalTarget } from '../../runners/deploy/local-target.ts';
import { lookUpLocalDeploy } from '../../runners/deploy/look-up-local-deploy.ts';
import { parseCodeDeployLocal } from '../../runners/deploy/parse-codedeploy-local.ts';
import { parseDeployBuckets } from '../../runners/deploy/parse-deploy-buckets.ts';
import { parseLocalDeploy } from '../../runners/deploy/parse-local-deploy.ts';
import { createS3Target } from '../../runners/deploy/s3-target.ts';
import { systemClock } from '../clock.ts';
import { type Config, ConfigRefusal } from '../config.ts';
import type { DataDirectory } from './data-directory.ts';

/** A bundle is a program with its files; one that unpacks to more than this is a mistake or an attack. */
const bundleLimits = { maxFiles: 500_000, maxBytes: 20 * 1024 ** 3 };

/** The places that this deployer can deploy to, by the name a pipeline calls them. */
export async function openDeployTargets(
  config: Config,
  data: DataDirectory,
): Promise<Record<string, DeploymentTarget>> {
  const stateDirectory = data.path('deployments');
  const codedeploy = createCodeDeployTarget({
    stateDirectory: data.path('codedeploy'),
    clock: systemClock,
  });
  const buckets = parseDeployBuckets(config.deployBuckets);
  if (!buckets.ok) throw new ConfigRefusal('invalid', buckets.problems.join('\n'));
  const extract: ExtractBundle = (options) => extractZip({ ...options, limits: bundleLimits });
  const s3 = createS3Target({
    stateDirectory: data.path('s3-deployments'),
    places: buckets.places,
    ...(config.s3 ? { ownBucket: config.s3.bucket } : {}),
    extract,
    clock: systemClock,
  });
  const parsed = parseLocalDeploy(config.localDeploy);
  if (!parsed.ok) throw new ConfigRefusal('invalid', parsed.problems.join('\n'));
  const here = parseCodeDeployLocal(config.codedeployLocal);
  if (!here.ok) throw new ConfigRefusal('invalid', here.problems.join('\n'));
  if (parsed.rules.length === 0) {
    if (here.groups.length === 0) return { codedeploy, s3 };
    const remedy = 'set HOOKLINE_LOCAL_DEPLOY, which says which repository may deploy to which directories';
    throw new ConfigRefusal(
      'invalid',
      `HOOKLINE_CODEDEPLOY_LOCAL makes deployments to this host, and nobody may deploy here: ${remedy}.`,
    );
  }
  // The scripts of a deployment run as other users, who must be able to reach their bundle but not to look around.
  chmodSync(stateDirectory, 0o711);
  const policies = await lookUpLocalDeploy({
    rules: parsed.rules,
    ownDirectories: [data.root],
    stateDirectory,
  });
  const local = createLocalTarget({
    policies,
    stateDirectory,
    extract,
    clock: systemClock,
  });
  return { local, s3, codedeploy: createCodeDeployOnThisHost({ groups: here.groups, local, codedeploy }) };
}
