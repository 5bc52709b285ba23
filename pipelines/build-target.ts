import { defaultBundleKey } from './bundle-key.ts';
import type { DeploymentShape } from './deploy-shape.ts';
import { tidyPath } from './pattern-fault.ts';
import type { CodeDeployTarget, DeployTarget, S3Target } from './pipeline.ts';

export function buildTarget({ codedeploy, s3 }: DeploymentShape): DeployTarget {
  if (codedeploy !== undefined) return buildCodeDeploy(codedeploy);
  return s3 === undefined ? { type: 'local' } : buildS3(s3);
}

function buildCodeDeploy(codedeploy: NonNullable<DeploymentShape['codedeploy']>): CodeDeployTarget {
  return {
    type: 'codedeploy',
    application: codedeploy.application,
    group: codedeploy.group,
    bucket: codedeploy.bucket,
    key: codedeploy.key ?? defaultBundleKey,
    region: codedeploy.region,
    ...(codedeploy.config === undefined ? {} : { config: codedeploy.config }),
    ...(codedeploy.description === undefined ? {} : { description: codedeploy.description }),
    fileExistsBehavior: codedeploy.file_exists_behavior ?? 'DISALLOW',
    ignoreApplicationStopFailures: codedeploy.ignore_application_stop_failures ?? false,
    ...(codedeploy.auto_rollback === undefined ? {} : { autoRollback: codedeploy.auto_rollback }),
    ...(codedeploy.minimum_healthy === undefined ? {} : { minimumHealthy: codedeploy.minimum_healthy }),
  };
}

function buildS3(s3: NonNullable<DeploymentShape['s3']>): S3Target {
  const directory = tidyPath(s3.directory ?? '.');
  return {
    type: 's3',
    bucket: s3.bucket,
    region: s3.region,
    directory: directory === '.' ? '' : directory,
    prefix: s3.prefix ?? '',
    ...(s3.acl === undefined ? {} : { acl: s3.acl }),
    ...(s3.cache_control === undefined ? {} : { cacheControl: s3.cache_control }),
    ...(s3.storage_class === undefined ? {} : { storageClass: s3.storage_class }),
    ...(s3.encryption === undefined ? {} : { encryption: s3.encryption }),
    detectEncoding: s3.detect_encoding ?? false,
    dotMatch: s3.dot_match ?? false,
  };
}
