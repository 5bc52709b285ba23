import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentReasonCode } from '../deployment-target.ts';
import type { AwsFault } from './aws-fault.ts';
import type { CodeDeployOptions } from './codedeploy-options.ts';

type Remedy = { readonly code: DeploymentReasonCode; readonly say: (target: CodeDeployOptions) => string };

const needed =
  'codedeploy:CreateDeployment, GetDeployment, ListDeployments, BatchGetDeployments, ListDeploymentTargets, BatchGetDeploymentTargets, ContinueDeployment, StopDeployment, GetDeploymentConfig, GetApplicationRevision and RegisterApplicationRevision';

const applicationMissing: Remedy = {
  code: 'target_invalid',
  say: ({ application, region }) =>
    `The CodeDeploy application ${application} does not exist in ${region}. Create it there, or correct \`application\` or \`region\` in the pipeline.`,
};
const groupMissing: Remedy = {
  code: 'target_invalid',
  say: ({ application, group, region }) =>
    `The application ${application} has no deployment group ${group} in ${region}. Create it, or correct \`group\` in the pipeline.`,
};
const configMissing: Remedy = {
  code: 'target_invalid',
  say: ({ config = 'of the deployment group', region }) =>
    `The deployment configuration ${config} does not exist in ${region}. Create it, or correct \`config\` in the pipeline (CodeDeployDefault.OneAtATime exists everywhere).`,
};
const roleWrong: Remedy = {
  code: 'provider_failed',
  say: ({ group }) =>
    `The service role of the deployment group ${group} cannot be used. Give the group a role that trusts codedeploy.amazonaws.com and has the policy AWSCodeDeployRole.`,
};
const revisionWrong: Remedy = {
  code: 'bundle_invalid',
  say: ({ bucket, region }) =>
    `CodeDeploy does not take the bundle in the bucket ${bucket} as a revision. Check that the bucket is in ${region} and that nothing removes or rewrites its objects.`,
};
const denied: Remedy = {
  code: 'not_allowed',
  say: ({ application, group, region }) =>
    `These AWS credentials may not deploy ${application}/${group} in ${region}. Allow them ${needed}.`,
};
const keyRejected: Remedy = {
  code: 'not_allowed',
  say: () =>
    "AWS does not take these credentials. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN among the deployment's secrets (or the deployer's own), whether they have expired, and the clock of the deployer.",
};

/** By the names of the CodeDeploy API reference's errors. */
const remedies: Readonly<Partial<Record<string, Remedy>>> = {
  ApplicationDoesNotExistException: applicationMissing,
  InvalidApplicationNameException: applicationMissing,
  DeploymentGroupDoesNotExistException: groupMissing,
  InvalidDeploymentGroupNameException: groupMissing,
  DeploymentConfigDoesNotExistException: configMissing,
  InvalidDeploymentConfigNameException: configMissing,
  InvalidRoleException: roleWrong,
  RoleRequiredException: roleWrong,
  RevisionDoesNotExistException: revisionWrong,
  InvalidRevisionException: revisionWrong,
  AccessDeniedException: denied,
  AccessDenied: denied,
  NotAuthorized: denied,
  UnrecognizedClientException: keyRejected,
  InvalidClientTokenId: keyRejected,
  InvalidSignatureException: keyRejected,
  SignatureDoesNotMatch: keyRejected,
  IncompleteSignature: keyRejected,
  MissingAuthenticationTokenException: keyRejected,
  ExpiredTokenException: keyRejected,
  ExpiredToken: keyRejected,
  RequestTimeTooSkewed: keyRejected,
  CredentialsProviderError: {
    code: 'host_unsuitable',
    say: () =>
      "No AWS credentials were found. Add AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the deployment's secrets, or give the deployer's machine a role.",
  },
};

/** What a call that will not succeed tells a person; AWS's own words follow. */
export function refusalOfFault(
  fault: AwsFault,
  target: CodeDeployOptions,
  cause: unknown,
): DeploymentRefusal {
  const remedy = remedies[fault.name];
  const said = `(${fault.name}: ${fault.message})`;
  if (remedy) return new DeploymentRefusal(remedy.code, `${remedy.say(target)} ${said}`, { cause });
  if (fault.kind === 'refused') {
    const message = `CodeDeploy refused the deployment to ${target.application}/${target.group} ${said}.`;
    return new DeploymentRefusal('provider_failed', message, { cause });
  }
  return new DeploymentRefusal(
    'provider_failed',
    `CodeDeploy in ${target.region} does not answer. Check that \`region\` is right, the deployer's network, and AWS_ENDPOINT_URL_CODEDEPLOY if it is set ${said}.`,
    { cause },
  );
}
