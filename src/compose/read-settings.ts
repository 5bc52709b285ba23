import { parseCodeDeployLocal } from '../../runners/deploy/parse-codedeploy-local.ts';
import { parseDeployBuckets } from '../../runners/deploy/parse-deploy-buckets.ts';
import { parseLocalDeploy } from '../../runners/deploy/parse-local-deploy.ts';
import { type Config, ConfigRefusal, readConfig } from '../config.ts';
import { parseAddressRule } from '../notify/address-rule.ts';

/** The whole configuration of a process that runs: also what only its deployer reads is checked before anything starts. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  for (const parsed of [
    parseLocalDeploy(environment['HOOKLINE_LOCAL_DEPLOY']),
    parseCodeDeployLocal(environment['HOOKLINE_CODEDEPLOY_LOCAL']),
    parseDeployBuckets(environment['HOOKLINE_DEPLOY_BUCKETS']),
    parseAddressRule(environment['HOOKLINE_NOTIFY_ALLOW']),
  ]) {
    if (!parsed.ok) problems.push(...parsed.problems);
  }
  try {
    const config = readConfig(environment);
    if (problems.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigRefusal)) throw error;
    problems.unshift(error.message);
  }
  throw new ConfigRefusal('invalid', problems.join('\n'));
}
