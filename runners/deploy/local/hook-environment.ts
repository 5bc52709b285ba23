import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentRequest } from '../deployment-target.ts';
import type { HostUser } from './host-users.ts';
import type { LocalOptions } from './local-options.ts';

export type HookEnvironment = {
  readonly request: Pick<DeploymentRequest, 'repository' | 'environment' | 'secrets'>;
  readonly options: Pick<LocalOptions, 'application' | 'group'>;
  readonly user: HostUser;
  readonly lifecycleEvent: string;
  readonly deploymentId: string;
  readonly targetId: string;
};

/**
 * All variables that a script sees: those of CodeDeploy's agent, the deployment's own secrets, and nothing of
 * hookline's. A secret cannot take the place of one of ours.
 */
export function hookEnvironment({ request, options, user, ...ids }: HookEnvironment): Record<string, string> {
  return {
    ...request.secrets,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: user.home,
    USER: user.name,
    LANG: 'C.UTF-8',
    APPLICATION_NAME: options.application ?? request.repository,
    DEPLOYMENT_ID: ids.deploymentId,
    DEPLOYMENT_GROUP_NAME: options.group ?? request.environment,
    DEPLOYMENT_GROUP_ID: ids.targetId,
    LIFECYCLE_EVENT: ids.lifecycleEvent,
  };
}

/** Refuses secrets that no shell could hand on as variables. */
export function checkSecrets(secrets: DeploymentRequest['secrets']): void {
  for (const [name, value] of Object.entries(secrets)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new DeploymentRefusal(
        'target_invalid',
        `The secret ${name} cannot be a variable of a script. Use letters, digits and _ in its name.`,
      );
    }
    if (value.includes('\0')) {
      throw new DeploymentRefusal(
        'target_invalid',
        `The secret ${name} holds a NUL byte, which no variable can.`,
      );
    }
  }
}

/**
 * The variables as lines of shell. They reach the script over its standard input and not as the environment
 * of the program that changes the user: that one still is root, and variables such as LD_PRELOAD would make
 * it run foreign code.
 */
export function shellExports(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
}
