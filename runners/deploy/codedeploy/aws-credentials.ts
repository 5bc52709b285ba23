import { DeploymentRefusal } from '../deployment-refusal.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** Of which names the secrets are, where they do not have those that AWS gives them. */
export type CredentialNames = { readonly accessKeyId: string; readonly secretAccessKey: string };

const usualNames: CredentialNames = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
};

/**
 * The repository's own credentials, when they are among the secrets of the deployment. `undefined`: the SDK
 * finds those of the deployer's machine (environment, profile, role).
 */
export function credentialsOf(
  secrets: Readonly<Record<string, string>>,
  names: CredentialNames = usualNames,
): AwsCredentials | undefined {
  const accessKeyId = secrets[names.accessKeyId];
  const secretAccessKey = secrets[names.secretAccessKey];
  // A token belongs to the pair that AWS made it with, which has its usual names.
  const sessionToken = names === usualNames ? secrets['AWS_SESSION_TOKEN'] : undefined;
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
  if (!accessKeyId && !secretAccessKey && !sessionToken) return undefined;
  const missing = accessKeyId ? names.secretAccessKey : names.accessKeyId;
  throw new DeploymentRefusal(
    'target_invalid',
    `The secrets of the deployment have a part of AWS credentials, but not ${missing}. Add it to them, or take the other AWS secrets away to deploy as the deployer's own role.`,
  );
}
