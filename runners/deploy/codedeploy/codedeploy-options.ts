import { z } from 'zod';
import { fileExistsBehaviors } from '../appspec/appspec.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentTargetData } from '../deployment-target.ts';

const codeDeployOptions = z.strictObject({
  type: z.literal('codedeploy'),
  application: z.string().min(1),
  group: z.string().min(1),
  bucket: z.string().min(1),
  /** A template: see `renderBundleKey`. */
  key: z.string().min(1),
  region: z.string().min(1),
  config: z.string().optional(),
  description: z.string().optional(),
  fileExistsBehavior: z.enum(fileExistsBehaviors).default('DISALLOW'),
  ignoreApplicationStopFailures: z.boolean().default(false),
  autoRollback: z.boolean().optional(),
  minimumHealthy: z.int().min(1).optional(),
  /** The secrets that are the credentials, where they do not have the names that AWS gives them. */
  credentials: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }).optional(),
  /** Blue/green: shift the traffic as soon as the new instances are ready, instead of waiting for a person. */
  continueWhenReady: z.boolean().default(true),
  /**
   * Blue/green: terminate the original instances as soon as the traffic is shifted. Otherwise they stay for the
   * time that the deployment group says, since they are the quickest way back.
   */
  terminateAtOnce: z.boolean().default(false),
});

export type CodeDeployOptions = z.infer<typeof codeDeployOptions>;

export function parseCodeDeployOptions(target: DeploymentTargetData): CodeDeployOptions {
  const parsed = codeDeployOptions.safeParse(target);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'target'}: ${issue.message}`,
  );
  throw new DeploymentRefusal('target_invalid', `The deployment's target is wrong: ${problems.join('; ')}.`);
}
