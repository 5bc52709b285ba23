import { directory, flag, mapping, named, oneOf } from './shape-values.ts';

export const bucketName = named(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket');

/** An endpoint that only speaks S3's protocol may have regions of its own making. */
export const regionName = named(/^[a-z0-9][a-z0-9-]{1,39}$/, 'an AWS region such as eu-west-1');

export const s3Acls = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;

export const s3StorageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
] as const;

/** As far as the whole key with the longest file behind it can be told beforehand. */
export const prefixForm = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\p{Cc}]{1,500}$/u;
export const headerForm = /^[\x20-\x7e]{1,500}$/;

/** Lengths and words are those of S3's API reference. */
export const s3 = mapping('a mapping with bucket and region', {
  bucket: bucketName.meta({ description: 'The bucket.', examples: ['shop-site'] }),
  region: regionName.meta({ description: 'The region of the bucket.', examples: ['eu-west-1'] }),
  directory: directory.optional().meta({
    description: 'The directory of the artifact whose files are uploaded.',
    unlessGiven: 'all of the artifact',
    examples: ['dist'],
  }),
  prefix: named(prefixForm, "what keys begin with, such as 'docs/{ref}'")
    .optional()
    .meta({
      description:
        'What keys begin with; may hold `{repository}`, `{ref}`, `{sha}`, `{run}`, `{environment}`, `{artifact}`.',
      unlessGiven: 'keys are the names in the artifact',
      examples: ['docs/{ref}'],
    }),
  acl: oneOf(s3Acls)
    .optional()
    .meta({
      description: 'Who may read the objects.',
      unlessGiven: 'private',
      examples: ['private'],
    }),
  cache_control: named(headerForm, "a Cache-Control header such as 'max-age=3600'")
    .optional()
    .meta({
      description: 'The Cache-Control header that the objects are served with.',
      unlessGiven: 'none',
      examples: ['max-age=3600'],
    }),
  storage_class: oneOf(s3StorageClasses)
    .optional()
    .meta({
      description: 'How S3 keeps the objects.',
      unlessGiven: 'STANDARD',
      examples: ['STANDARD_IA'],
    }),
  encryption: oneOf(['AES256'])
    .optional()
    .meta({
      description: 'How S3 encrypts the objects.',
      unlessGiven: 'as the bucket is set',
      examples: ['AES256'],
    }),
  detect_encoding: flag.optional().meta({
    description:
      'Whether files that gzip has packed, but .gz and .tgz, are served as what is packed in them.',
    unlessGiven: 'false',
    examples: [true],
  }),
  dot_match: flag.optional().meta({
    description: 'Whether files and directories that begin with a dot are uploaded, too.',
    unlessGiven: 'false',
    examples: [true],
  }),
});
