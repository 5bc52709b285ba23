import type { AppspecScript } from '../appspec/appspec.ts';
import type { LocalDeployPolicy } from '../look-up-local-deploy.ts';
import type { HostUser } from './host-users.ts';

/** The user that a script runs as, or `undefined` when the policy does not allow the one it asks for. */
export function hookUser(
  script: Pick<AppspecScript, 'runas'>,
  policy: LocalDeployPolicy,
): HostUser | undefined {
  if (script.runas === undefined) return policy.users[0];
  return policy.users.find((user) => user.name === script.runas);
}
