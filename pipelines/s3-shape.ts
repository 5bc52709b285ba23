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
  bucket: bucketName,
  region: regionName,
  directory: directory
    .optional()
    .describe('The directory of the artifact whose files are uploaded; all of it unless given.'),
  prefix: named(prefixForm, "what keys begin with, such as 'docs/{ref}'")
    .optional()
    .describe('What keys begin with; may hold {repository}, {ref}, {sha}, {run}, {environment}, {artifact}.'),
  acl: oneOf(s3Acls).optional(),
  cache_control: named(headerForm, "a Cache-Control header such as 'max-age=3600'").optional(),
  storage_class: oneOf(s3StorageClasses).optional(),
  encryption: oneOf(['AES256']).optional(),
  detect_encoding: flag
    .optional()
    .describe('Whether files that gzip has packed, but .gz and .tgz, are served as what is packed in them.'),
  dot_match: flag
    .optional()
    .describe('Whether files and directories that begin with a dot are uploaded, too.'),
});
