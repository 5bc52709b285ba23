import { z } from 'zod';
import { s3Acls, s3StorageClasses } from '../../../pipelines/s3-shape.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentTargetData } from '../deployment-target.ts';

const s3Options = z.strictObject({
  type: z.literal('s3'),
  bucket: z.string().min(1),
  region: z.string().min(1),
  /** Directory of the bundle whose files are uploaded; empty for all of it. */
  directory: z
    .string()
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
      error: 'outside the bundle',
    })
    .default(''),
  /** A template: see `renderBundleKey`. */
  prefix: z.string().default(''),
  /** Absent: as the bucket is set. */
  acl: z.enum(s3Acls).optional(),
  cacheControl: z.string().optional(),
  storageClass: z.enum(s3StorageClasses).optional(),
  encryption: z.literal('AES256').optional(),
  detectEncoding: z.boolean().default(false),
  dotMatch: z.boolean().default(false),
  /** The secrets that are the credentials, where they do not have the names that AWS gives them. */
  credentials: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }).optional(),
});

export type S3Options = z.infer<typeof s3Options>;

export function parseS3Options(target: DeploymentTargetData): S3Options {
  const parsed = s3Options.safeParse(target);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'target'}: ${issue.message}`,
  );
  throw new DeploymentRefusal('target_invalid', `The deployment's target is wrong: ${problems.join('; ')}.`);
}
