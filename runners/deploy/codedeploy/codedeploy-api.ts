import type {
  CodeDeployClientConfig,
  CreateDeploymentInput,
  DeploymentInfo,
  DeploymentTarget,
  DeploymentWaitType,
} from '@aws-sdk/client-codedeploy';
import type { AwsCredentials } from './aws-credentials.ts';

export type ListQuery = {
  readonly application: string;
  readonly group: string;
  readonly createdAfterMs: number;
};

/** The calls of CodeDeploy that a deployment needs. Errors are the SDK's own: see `readAwsFault`. */
export type CodeDeployApi = {
  /** Asked exactly once per call, whatever happens: an answer that is lost must not become a second deployment. */
  create(input: CreateDeploymentInput): Promise<string>;
  get(deploymentId: string): Promise<DeploymentInfo>;
  list(query: ListQuery): Promise<DeploymentInfo[]>;
  targetIds(deploymentId: string): Promise<string[]>;
  targets(deploymentId: string, targetIds: readonly string[]): Promise<DeploymentTarget[]>;
  goOn(deploymentId: string, waitType: DeploymentWaitType): Promise<void>;
  stop(deploymentId: string, autoRollback: boolean): Promise<void>;
  close(): void;
};

export type OpenCodeDeployApi = {
  readonly region: string;
  readonly credentials: AwsCredentials | undefined;
  /** Found as the SDK does (AWS_ENDPOINT_URL_CODEDEPLOY, AWS_ENDPOINT_URL, the profile) unless given. */
  readonly endpoint: string | undefined;
};

/** The most that the batch calls take. */
const batchSize = 25;

/**
 * All calls but the creation may be repeated, and the SDK does that by itself: its standard retry mode, four
 * attempts with jittered backoff over throttling, 5xx and lost connections.
 */
export async function openCodeDeployApi(options: OpenCodeDeployApi): Promise<CodeDeployApi> {
  const sdk = await import('@aws-sdk/client-codedeploy');
  const config: CodeDeployClientConfig = {
    region: options.region,
    ...(options.credentials && { credentials: options.credentials }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    retryMode: 'standard',
  };
  const times = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
  const client = new sdk.CodeDeployClient({ ...config, maxAttempts: 4, requestHandler: times });
  // A kept connection that AWS has just closed would make the outcome unknown for no reason.
  const agent = { keepAlive: false };
  const onceClient = new sdk.CodeDeployClient({
    ...config,
    maxAttempts: 1,
    requestHandler: { ...times, httpAgent: agent, httpsAgent: agent },
  });

  async function listIds({ application, group, createdAfterMs }: ListQuery): Promise<string[]> {
    const pages = sdk.paginateListDeployments(
      { client },
      {
        applicationName: application,
        deploymentGroupName: group,
        createTimeRange: { start: new Date(createdAfterMs) },
      },
    );
    const ids: string[] = [];
    for await (const page of pages) ids.push(...(page.deployments ?? []));
    return ids;
  }

  return {
    async create(input) {
      const { deploymentId } = await onceClient.send(new sdk.CreateDeploymentCommand(input));
      return required(deploymentId, 'CreateDeployment answered without a deployment id');
    },
    async get(deploymentId) {
      const { deploymentInfo } = await client.send(new sdk.GetDeploymentCommand({ deploymentId }));
      return required(deploymentInfo, `GetDeployment answered nothing about ${deploymentId}`);
    },
    async list(query) {
      const found: DeploymentInfo[] = [];
      for (const deploymentIds of batches(await listIds(query))) {
        const command = new sdk.BatchGetDeploymentsCommand({ deploymentIds });
        found.push(...((await client.send(command)).deploymentsInfo ?? []));
      }
      return found;
    },
    async targetIds(deploymentId) {
      const ids: string[] = [];
      let nextToken: string | undefined;
      do {
        const command = new sdk.ListDeploymentTargetsCommand({
          deploymentId,
          ...(nextToken !== undefined && { nextToken }),
        });
        const page = await client.send(command);
        ids.push(...(page.targetIds ?? []));
        nextToken = page.nextToken;
      } while (nextToken);
      return ids;
    },
    async targets(deploymentId, ids) {
      const found: DeploymentTarget[] = [];
      for (const targetIds of batches(ids)) {
        const command = new sdk.BatchGetDeploymentTargetsCommand({ deploymentId, targetIds });
        found.push(...((await client.send(command)).deploymentTargets ?? []));
      }
      return found;
    },
    async goOn(deploymentId, deploymentWaitType) {
      await client.send(new sdk.ContinueDeploymentCommand({ deploymentId, deploymentWaitType }));
    },
    async stop(deploymentId, autoRollbackEnabled) {
      await client.send(new sdk.StopDeploymentCommand({ deploymentId, autoRollbackEnabled }));
    },
    close() {
      client.destroy();
      onceClient.destroy();
    },
  };
}

function* batches(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += batchSize) yield ids.slice(start, start + batchSize);
}

function required<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new Error(`${problem}.`);
  return value;
}
