import { DeploymentRefusal } from '../deployment-refusal.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/**
 * The repository's own credentials, when they are among the secrets of the deployment. `undefined`: the SDK
 * finds those of the deployer's machine (environment, profile, role).
 */
export function credentialsOf(secrets: Readonly<Record<string, string>>): AwsCredentials | undefined {
  const accessKeyId = secrets['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = secrets['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = secrets['AWS_SESSION_TOKEN'];
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
  if (!accessKeyId && !secretAccessKey && !sessionToken) return undefined;
  const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
  throw new DeploymentRefusal(
    'target_invalid',
    `The secrets of the deployment have a part of AWS credentials, but not ${missing}. Add it to them, or take the other AWS secrets away to deploy as the deployer's own role.`,
  );
}
