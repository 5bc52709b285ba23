import { fillWords } from '../fill-words.ts';
import type { CodeDeployTarget } from '../pipeline.ts';
import { bucketName } from '../s3-shape.ts';
import type { Deploy } from './read-deploys.ts';
import { fieldText, type Reader } from './read-node.ts';

const words: Readonly<Record<string, string>> = {
  TRAVIS_COMMIT: '{sha}',
  TRAVIS_BRANCH: '{ref}',
  TRAVIS_TAG: '{ref}',
  TRAVIS_BUILD_NUMBER: '{run}',
};

/** The target of hookline's own deployment, which uploads the bundle itself; credentials are told apart from it. */
export function targetOf(reader: Reader, { node, fields }: Deploy): CodeDeployTarget | undefined {
  const at = (key: string) => withBraces(fieldText(reader, fields, key));
  const bucket = at('bucket') ?? '';
  const region = at('region') ?? 'us-east-1';
  const key = keyOf(at('key') ?? '');
  const wrong = [
    ...(isOpen(bucket) || bucketName.safeParse(bucket).success ? [] : [`bucket ${bucket}`]),
    ...(isOpen(region) || /^[a-z]{2}(-[a-z]+)+-\d$/.test(region) ? [] : [`region ${region}`]),
    ...(key === undefined ? [`key ${at('key')}`] : []),
    ...['application', 'deployment_group', 'description']
      .filter((name) => isUnknown(at(name) ?? ''))
      .map((name) => `${name} ${at(name)}`),
  ];
  if (wrong.length > 0 || key === undefined) {
    reader.error(
      node,
      `${wrong.join(', ')} cannot be deployed to`,
      `names as AWS has them, or secrets such as $BUCKET; of Travis's own variables only ${knownWords}`,
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

/** A text with variables of Travis in the words of hookline's keys, and others as `${NAME}`; nothing when it has more of a shell. */
export function templateOf(text: string): string | undefined {
  const template = withBraces(text)?.replaceAll(
    /\$\{(\w+)\}/g,
    (whole, name: string) => words[name] ?? whole,
  );
  return template === undefined || isUnknown(template) ? undefined : template;
}

export const knownWords = fillWords.map((name) => `$${name}`).join(', ');

/** `$BUCKET` → `${BUCKET}`: what is filled in when it is deployed. */
export function withBraces(text: string): string;
export function withBraces(text: string | undefined): string | undefined;
export function withBraces(text: string | undefined): string | undefined {
  return text?.replaceAll(/\$([A-Za-z_]\w*)/g, (_, name: string) => `\${${name}}`);
}

/** Whether only when it is deployed it can be told what it is. */
export function isOpen(text: string): boolean {
  return text.includes('${') && !isUnknown(text);
}

/** Whether there stands something of a shell or of Travis that nobody will know. */
export function isUnknown(text: string): boolean {
  const rest = text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
    name.startsWith('TRAVIS_') && !fillWords.some((each) => each === name) ? whole : '',
  );
  return rest.includes('$');
}
