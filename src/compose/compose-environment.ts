import { identityOf } from '../contract/keys.ts';

/**
 * An `.env` for docker-compose.yml with new keys for everything in it. A container is given only those that its
 * service names: the runners' private keys never meet that of control.
 */
export function composeEnvironment(newSecret: () => string): string {
  const master = newSecret();
  const runners = { RUNNER_1: newSecret(), RUNNER_2: newSecret() };
  const deployer = newSecret();
  const publicKeys = Object.values(runners).map((seed) => identityOf(seed).publicKey);
  return [
    '# Keys of docker-compose.yml. Keep this file secret, and keep it: without HOOKLINE_MASTER_KEY no stored secret opens.',
    `HOOKLINE_MASTER_KEY=${master}`,
    `HOOKLINE_CONTROL_PUBLIC_KEY=${identityOf(master).publicKey}`,
    ...Object.entries(runners).map(([name, seed]) => `HOOKLINE_${name}_KEY=${seed}`),
    `HOOKLINE_DEPLOYER_KEY=${deployer}`,
    `HOOKLINE_RUNNER_PUBLIC_KEYS=${publicKeys.join(',')}`,
    `HOOKLINE_DEPLOYER_PUBLIC_KEYS=${identityOf(deployer).publicKey}`,
    '# For the API and the pages.',
    `HOOKLINE_API_KEY=${newSecret()}`,
    '# Give this one to the webhook.',
    `GITHUB_WEBHOOK_SECRET=${newSecret()}`,
    `POSTGRES_PASSWORD=${newSecret()}`,
    `REDIS_PASSWORD=${newSecret()}`,
    'S3_ACCESS_KEY_ID=hookline',
    `S3_SECRET_ACCESS_KEY=${newSecret()}`,
  ].join('\n');
}
