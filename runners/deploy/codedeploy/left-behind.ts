import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentOutcome, DeploymentReason } from '../deployment-target.ts';

/** The deployment goes on without us. It is not written down as ended: who asks for its key again follows it further. */
export type LeftBehind = {
  readonly type: 'left';
  readonly outcome: DeploymentOutcome['outcome'];
  readonly reason: DeploymentReason;
};

export function leftBehind(
  why: 'handed-over' | 'silent' | 'not-stopped' | DeploymentRefusal,
  deploymentId: string,
): LeftBehind {
  const left = (
    outcome: LeftBehind['outcome'],
    code: DeploymentReason['code'],
    message: string,
  ): LeftBehind => {
    return { type: 'left', outcome, reason: { code, message } };
  };
  if (why instanceof DeploymentRefusal) return left('error', why.code, why.message);
  switch (why) {
    case 'handed-over':
      return left(
        'cancelled',
        'cancelled',
        `The deployment ${deploymentId} goes on. Another attempt follows it.`,
      );
    case 'not-stopped':
      return left(
        'cancelled',
        'cancelled',
        `CodeDeploy was told to stop the deployment ${deploymentId}, which had not ended yet. Look at it there.`,
      );
    case 'silent':
      return left(
        'error',
        'interrupted',
        `CodeDeploy has not answered for hours. The deployment ${deploymentId} may still go on: look at it there.`,
      );
  }
}
