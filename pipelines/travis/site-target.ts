import type { S3Target } from '../pipeline.ts';
import { bucketName, headerForm, prefixForm, regionName, s3Acls, s3StorageClasses } from '../s3-shape.ts';
import { isOpen, knownWords, templateOf, withBraces } from './code-deploy.ts';
import type { Deploy } from './read-deploys.ts';
import { type Fields, fieldText, flagOf, type Node, type Reader, textOf } from './read-node.ts';
import { takesDots } from './site.ts';

/** The target of an upload; nothing when it names what cannot be, which is told. Credentials are told apart from it. */
export function siteTarget(reader: Reader, deploy: Deploy): S3Target | undefined {
  const { node, fields } = deploy;
  const at = (key: string) => withBraces(fieldText(reader, fields, key));
  const bucket = at('bucket') ?? '';
  const region = at('region') ?? 'us-east-1';
  const prefix = templateOf((at('upload_dir') ?? '').split('/').filter(Boolean).join('/'));
  const acl = oneOf(s3Acls, at('acl')?.replaceAll('_', '-') ?? 'private');
  const storageClass = oneOf(s3StorageClasses, at('storage_class') ?? 'STANDARD');
  const wrong = [
    ...(isOpen(bucket) || bucketName.safeParse(bucket).success ? [] : [`bucket ${bucket}`]),
    ...(isOpen(region) || regionName.safeParse(region).success ? [] : [`region ${region}`]),
    ...(acl === undefined ? [`acl ${at('acl')}`] : []),
    ...(storageClass === undefined ? [`storage_class ${at('storage_class')}`] : []),
    ...(prefix === '' || (prefix !== undefined && prefixForm.test(prefix))
      ? []
      : [`upload_dir ${at('upload_dir')}`]),
  ];
  if (wrong.length > 0 || prefix === undefined || acl === undefined || storageClass === undefined) {
    const expected = `names as AWS has them, or secrets such as $BUCKET; of Travis's own variables only ${knownWords}`;
    reader.error(node, `${wrong.join(', ')} cannot be uploaded to`, expected);
    return undefined;
  }
  warnOfRest(reader, fields);
  const flagAt = (key: string) => fields.has(key) && flagOf(fields.get(key) ?? node) === true;
  const cacheControl = cacheControlOf(reader, fields.get('cache_control'));
  return {
    type: 's3',
    bucket,
    region,
    directory: '',
    prefix,
    // What a bucket does by itself, and the only thing that one without access control lists takes.
    ...(acl === 'private' ? {} : { acl }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(storageClass === 'STANDARD' ? {} : { storageClass }),
    ...(flagAt('server_side_encryption') ? { encryption: 'AES256' as const } : {}),
    detectEncoding: flagAt('detect_encoding'),
    dotMatch: takesDots(deploy),
  };
}

function oneOf<Value extends string>(values: readonly Value[], text: string): Value | undefined {
  return values.find((value) => value === text);
}

function cacheControlOf(reader: Reader, node: Node | undefined): string | undefined {
  const text = node === undefined ? undefined : textOf(reader, node);
  if (node === undefined || text === undefined || !headerForm.test(text)) {
    if (node) reader.warn(node, 'cache_control by file is not carried out', 'one text, for all files');
    return undefined;
  }
  return text;
}

const meant = new Set([
  ...['provider', 'on', 'true', 'bucket', 'region', 'access_key_id', 'secret_access_key', 'edge'],
  ...['skip_cleanup', 'cleanup', 'local_dir', 'upload_dir', 'acl', 'cache_control', 'storage_class'],
  ...['server_side_encryption', 'detect_encoding', 'dot_match', 'max_threads', 'verbose'],
]);

const consequences: Readonly<Record<string, string>> = {
  endpoint: 'where a bucket is that is not at AWS is for HOOKLINE_DEPLOY_BUCKETS to say',
  expires: 'the files have no Expires header: cache_control says more',
  glob: 'all files of local_dir are uploaded',
  index_document_suffix: 'set the index document of the bucket once, at AWS',
  overwrite: 'files that are there already are replaced',
};

function warnOfRest(reader: Reader, fields: Fields): void {
  for (const [key, node] of fields) {
    const text = textOf(reader, node) ?? '';
    const isUsual =
      (key === 'overwrite' && flagOf(node) === true) ||
      (key === 'glob' && text === '**/*') ||
      (key === 'default_text_charset' && text.toLowerCase() === 'utf-8');
    if (meant.has(key) || isUsual) continue;
    reader.warn(node, `${key} is not carried out`, consequences[key] ?? 'the files are uploaded without it');
  }
}
