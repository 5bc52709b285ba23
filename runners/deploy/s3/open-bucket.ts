import { credentialsOf } from '../codedeploy/aws-credentials.ts';
import type { Bucket } from './bucket.ts';
import { openDirectoryBucket } from './directory-bucket.ts';
import { openS3Bucket } from './s3-bucket.ts';
import type { S3Options } from './s3-options.ts';

/** Where a bucket is: at an endpoint that speaks S3's protocol, or in a directory of this host. */
export type BucketPlace = { readonly endpoint: string } | { readonly directory: string };

export type BucketPlaces = ReadonlyMap<string, BucketPlace>;

export async function openBucket(
  options: S3Options,
  { secrets, places }: { secrets: Readonly<Record<string, string>>; places?: BucketPlaces | undefined },
): Promise<Bucket> {
  const place = places?.get(options.bucket);
  if (place && 'directory' in place) return openDirectoryBucket(place.directory);
  const credentials = credentialsOf(secrets, options.credentials);
  return openS3Bucket(options, { credentials, endpoint: place?.endpoint });
}
