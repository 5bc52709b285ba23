import type { CodeDeployTarget } from '../pipeline.ts';
import type { Deploy } from './read-deploys.ts';
import { fieldText, isEncrypted, type Reader, textOf } from './read-node.ts';

const words: Readonly<Record<string, string>> = {
  TRAVIS_COMMIT: '{sha}',
  TRAVIS_BRANCH: '{ref}',
  TRAVIS_TAG: '{ref}',
  TRAVIS_BUILD_NUMBER: '{run}',
};

/** The target of hookline's own deployment, which uploads the bundle itself. */
export function targetOf(reader: Reader, { node, fields }: Deploy): CodeDeployTarget | undefined {
  const at = (key: string) => fieldText(reader, fields, key);
  const bucket = at('bucket') ?? '';
  const region = at('region') ?? 'us-east-1';
  const key = keyOf(at('key') ?? '');
  const wrong = [
    ...(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) ? [] : [`bucket ${bucket}`]),
    ...(/^[a-z]{2}(-[a-z]+)+-\d$/.test(region) ? [] : [`region ${region}`]),
    ...(key === undefined ? [`key ${at('key')}`] : []),
  ];
  if (wrong.length > 0 || key === undefined) {
    reader.error(
      node,
      `${wrong.join(', ')} cannot be deployed to`,
      'plain names; a key may hold $TRAVIS_COMMIT and $TRAVIS_BUILD_NUMBER',
    );
    return undefined;
  }
  const behavior = (at('file_exists_behavior') ?? 'DISALLOW').toUpperCase();
  const description = at('description');
  return {
    type: 'codedeploy',
    application: at('application') ?? '',
    group: at('deployment_group') ?? '',
    bucket,
    key,
    region,
    ...(description === undefined ? {} : { description: description.slice(0, 256) }),
    fileExistsBehavior: behavior === 'OVERWRITE' || behavior === 'RETAIN' ? behavior : 'DISALLOW',
    ignoreApplicationStopFailures: false,
  };
}

/** hookline's bundle is a zip, whatever `before_deploy` made. */
function keyOf(key: string): string | undefined {
  return templateOf(key)?.replace(/\.(tar|tgz|tar\.gz)$/, '.zip') || undefined;
}

/** A text with variables of Travis in the words of hookline's keys; nothing when it has others. */
export function templateOf(text: string): string | undefined {
  const template = text.replaceAll(/\$\{?([A-Z_]+)\}?/g, (whole, name: string) => words[name] ?? whole);
  return template.includes('$') ? undefined : template;
}

export const credentialKeys = [
  ['access_key_id', 'AWS_ACCESS_KEY_ID'],
  ['secret_access_key', 'AWS_SECRET_ACCESS_KEY'],
] as const;

/** Credentials are stored secrets under the names that AWS gives them; without any the deployer's own role deploys. */
export function credentialSecrets(reader: Reader, { node, fields }: Deploy): string[] {
  const given = credentialKeys.filter(([key]) => fields.has(key));
  if (given.length === 0) {
    reader.warn(node, 'no credentials are named', "it is deployed as the deployer's own role");
    return [];
  }
  for (const [key, name] of given) {
    const field = fields.get(key);
    const text = field === undefined ? undefined : textOf(reader, field);
    if (field === undefined || text === `$${name}` || text === `\${${name}}`) continue;
    const what = isEncrypted(field)
      ? 'the encrypted value can be read by Travis alone'
      : 'its value is not read from the file';
    reader.warn(
      field,
      `${key}: ${what}`,
      `the secret ${name}: hookline secrets set OWNER/REPOSITORY ${name}`,
    );
  }
  return credentialKeys.map(([, name]) => name);
}
