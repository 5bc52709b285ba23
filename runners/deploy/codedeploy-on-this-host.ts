import { parseCodeDeployOptions } from './codedeploy/codedeploy-options.ts';
import { DeploymentRefusal } from './deployment-refusal.ts';
import type { DeploymentRequest, DeploymentTarget } from './deployment-target.ts';
import type { LocalGroup } from './parse-codedeploy-local.ts';

export type CodeDeployOnThisHost = {
  readonly groups: readonly LocalGroup[];
  readonly local: DeploymentTarget;
  /** For all other groups. */
  readonly codedeploy: DeploymentTarget;
};

/**
 * The CodeDeploy target of an installation that says which deployment groups are its own host: theirs are carried
 * out here, by the same bundle and appspec file, with nothing of AWS. `HOOKLINE_LOCAL_DEPLOY` still says what a
 * repository may do here. No bucket is written to, since the bundle is already on this machine.
 */
export function createCodeDeployOnThisHost(target: CodeDeployOnThisHost): DeploymentTarget {
  const isHere = ({ type, application, group }: DeploymentRequest['target']) =>
    type === 'codedeploy' &&
    target.groups.some((each) => each.application === application && each.group === group);
  return {
    async deploy(request, options) {
      if (!isHere(request.target)) return target.codedeploy.deploy(request, options);
      try {
        return await target.local.deploy(asLocal(request), options);
      } catch (error) {
        if (!(error instanceof DeploymentRefusal)) throw error;
        return { outcome: 'error', reason: { code: error.code, message: error.message } };
      }
    },
  };
}

/** The secrets stay behind: they open AWS, and CodeDeploy's agent gives none to the scripts of a bundle either. */
function asLocal(request: DeploymentRequest): DeploymentRequest {
  const { application, group, fileExistsBehavior, ignoreApplicationStopFailures } = parseCodeDeployOptions(
    request.target,
  );
  return {
    ...request,
    secrets: {},
    target: { type: 'local', application, group, fileExistsBehavior, ignoreApplicationStopFailures },
  };
}
