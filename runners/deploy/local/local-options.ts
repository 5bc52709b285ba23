import { z } from 'zod';
import { fileExistsBehaviors } from '../appspec/appspec.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentTargetData } from '../deployment-target.ts';

const localOptions = z.strictObject({
  type: z.literal('local'),
  /** What the appspec file says goes before it. */
  fileExistsBehavior: z.enum(fileExistsBehaviors).default('DISALLOW'),
  /** Go on when the stop script of the revision before fails; otherwise a broken one blocks every deployment. */
  ignoreApplicationStopFailures: z.boolean().default(false),
  /** What scripts are told as APPLICATION_NAME and DEPLOYMENT_GROUP_NAME; the repository and the environment unless given. */
  application: z.string().optional(),
  group: z.string().optional(),
});

export type LocalOptions = z.infer<typeof localOptions>;

export function parseLocalOptions(target: DeploymentTargetData): LocalOptions {
  const parsed = localOptions.safeParse(target);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'target'}: ${issue.message}`,
  );
  throw new DeploymentRefusal('target_invalid', `The deployment's target is wrong: ${problems.join('; ')}.`);
}
