import type { Clock } from '../../../src/clock.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentEvent, DeploymentOutcome, DeploymentRequest } from '../deployment-target.ts';
import { credentialsOf } from './aws-credentials.ts';
import { openCodeDeployApi } from './codedeploy-api.ts';
import { parseCodeDeployOptions } from './codedeploy-options.ts';
import type { CodeDeployTimes } from './codedeploy-times.ts';
import type { DeploymentRecord, DeploymentRecords } from './deployment-records.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { explainEnding } from './explain-ending.ts';
import { findOrMake } from './find-or-make.ts';
import { followDeployment } from './follow-deployment.ts';
import { objectKeyOf } from './object-key.ts';

export type DeploymentTools = {
  readonly records: DeploymentRecords;
  readonly endpoints: { readonly s3?: string; readonly codedeploy?: string };
  readonly clock: Clock;
  readonly random: () => number;
  readonly times: CodeDeployTimes;
  readonly isHandOver: (reason: unknown) => boolean;
  /** Makes a message fit to be kept and shown: without secrets, and not too long. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
  report(event: DeploymentEvent): Promise<void>;
};

/** Carries out what one key stands for, from wherever an earlier attempt left it. The caller holds the key's lock. */
export async function carryOutDeployment(
  request: DeploymentRequest,
  tools: DeploymentTools,
): Promise<DeploymentOutcome> {
  const { records, report, clean, clock } = tools;
  const options = parseCodeDeployOptions(request.target);
  const objectKey = objectKeyOf(options.key, request);
  const credentials = credentialsOf(request.secrets, options.credentials);
  const record = await recordOf(request, records);
  if (record.ended) {
    const { outcome, reason } = record.ended;
    const externalId = record.deploymentId ? { externalId: record.deploymentId } : {};
    await report({ type: 'status', status: outcome, ...externalId });
    return { outcome, ...(reason && { reason }), ...externalId };
  }
  const { region } = options;
  const api = await openCodeDeployApi({ region, credentials, endpoint: tools.endpoints.codedeploy });
  try {
    const work: DeploymentWork = {
      ...tools,
      request,
      options,
      api,
      record,
      note: async (change) => {
        Object.assign(record, change);
        await records.write(record);
      },
      say: (line) => report({ type: 'output', text: `${line}\n` }),
    };
    const deploymentId = await findOrMake(work, { objectKey, credentials, ...tools });
    const followed = await followDeployment(work, deploymentId, tools);
    if (followed.type === 'left') {
      return { outcome: followed.outcome, reason: followed.reason, externalId: deploymentId };
    }
    const { outcome, reason } = explainEnding(followed.ending);
    const kept = reason && { reason: { code: reason.code, message: clean(reason.message) } };
    await work.note({ ended: { atMs: clock.now(), outcome, ...kept } });
    await report({ type: 'status', status: outcome, externalId: deploymentId });
    return { outcome, ...kept, externalId: deploymentId };
  } finally {
    api.close();
  }
}

async function recordOf(request: DeploymentRequest, records: DeploymentRecords): Promise<DeploymentRecord> {
  const { deploymentKey, runNumber, sha, bundleSha256 } = request;
  const known = await records.read(deploymentKey);
  const fresh = { deploymentKey, runNumber, sha, bundleSha256 };
  // Nothing was asked for under this key, so nothing is to be found.
  if (!known || (known.intendedAtMs === undefined && known.deploymentId === undefined)) return fresh;
  if (known.bundleSha256 === bundleSha256 && known.sha === sha) return known;
  throw new DeploymentRefusal(
    'key_reused',
    `The deployment ${deploymentKey} was for commit ${known.sha} with another bundle. A new deployment needs a new key.`,
  );
}
