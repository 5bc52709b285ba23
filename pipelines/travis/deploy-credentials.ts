import type { TargetCredentials } from '../pipeline.ts';
import type { Deploy } from './read-deploys.ts';
import { fieldText, isEncrypted, type Reader, textOf } from './read-node.ts';
import type { Assignment } from './shell-words.ts';

const usualNames = {
  access_key_id: 'AWS_ACCESS_KEY_ID',
  secret_access_key: 'AWS_SECRET_ACCESS_KEY',
} as const;

export type DeployCredentials = {
  /** Names of stored secrets, which the deployer alone is given. */
  secrets: string[];
  /** Which of them is what, where they do not have the names that AWS gives them. */
  credentials?: TargetCredentials;
};

/**
 * The credentials of a deployment are stored secrets: those whose names the file says (`$SHOP_KEY`), else those with the
 * names that AWS gives them. Without any the deployer's own role deploys.
 */
export function credentialsOf(
  reader: Reader,
  { node, fields }: Deploy,
  variables: readonly Assignment[],
): DeployCredentials {
  if (!Object.keys(usualNames).some((key) => fields.has(key))) {
    reader.warn(node, 'no credentials are named', "it is deployed as the deployer's own role");
    return { secrets: [] };
  }
  const nameOf = (key: keyof typeof usualNames): string => {
    const field = fields.get(key);
    const usual = usualNames[key];
    const remedy = (name: string) => `the secret ${name}: hookline secrets set OWNER/REPOSITORY ${name}`;
    if (field === undefined) {
      reader.warn(node, `${key} is not named`, remedy(usual));
      return usual;
    }
    const [, named] = /^\$\{?([A-Za-z_][A-Za-z0-9_]{0,99})\}?$/.exec(textOf(reader, field) ?? '') ?? [];
    if (named === undefined) {
      const what = isEncrypted(field)
        ? 'the encrypted value can be read by Travis alone'
        : 'its value is not read from the file';
      reader.warn(field, `${key}: ${what}`, remedy(usual));
      return usual;
    }
    if (variables.some(({ name }) => name === named))
      reader.warn(field, `${key}: the variable ${named} of the file is not taken`, remedy(named));
    return named;
  };
  const accessKeyId = nameOf('access_key_id');
  const secretAccessKey = nameOf('secret_access_key');
  const isUsual =
    accessKeyId === usualNames.access_key_id && secretAccessKey === usualNames.secret_access_key;
  return {
    secrets: [accessKeyId, secretAccessKey],
    ...(isUsual ? {} : { credentials: { accessKeyId, secretAccessKey } }),
  };
}

/** The upload of a bundle is a part of the deployment, and made with its credentials. */
export function warnOfOtherCredentials(reader: Reader, upload: Deploy, deploy: Deploy): void {
  for (const key of Object.keys(usualNames)) {
    const field = upload.fields.get(key);
    const other = fieldText(reader, deploy.fields, key);
    if (field && other !== undefined && textOf(reader, field) !== other)
      reader.warn(
        field,
        `${key} is not taken`,
        `the bundle is uploaded with the credentials of codedeploy: ${other}`,
      );
  }
}
