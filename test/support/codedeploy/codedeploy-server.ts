import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemsOf } from './aws-model.ts';
import {
  advance,
  hasEnded,
  infoOf,
  type Scene,
  type StandInDeployment,
  succeeded,
  targetOf,
} from './stand-in-deployment.ts';

/** `unanswered`: the call is carried out and the connection is cut. `unheard`: it is cut before. */
export type Fault =
  | 'unanswered'
  | 'carried-out-500'
  | 'unheard'
  | { readonly status: number; readonly name: string };

type Fields = Readonly<Record<string, unknown>>;

export type Asked = { readonly operation: string; readonly input: Fields; readonly authorization: string };

class AwsError extends Error {}

/**
 * Plays AWS CodeDeploy over its JSON 1.1 protocol, as far as deployments go. Every request must fit the model
 * of the installed SDK and be signed; every answer is held to the same model. One group deploys one thing at a
 * time, as the real one. What a deployment goes through is a list of scenes that the test writes.
 */
export async function startCodeDeployServer() {
  const deployments = new Map<string, StandInDeployment>();
  const asked: Asked[] = [];
  const faults = new Map<string, Fault[]>();
  const wrong: string[] = [];
  const groups = new Set(['shop/production']);
  let scenes: readonly Scene[] = [succeeded];
  let hiddenFor = 0;
  let pageSize = 100;

  function create(
    application: string,
    group: string,
    input: Fields,
    its: readonly Scene[],
  ): StandInDeployment {
    const id = `d-${String(deployments.size + 1).padStart(9, 'STANDIN00')}`;
    const createdAtMs = Date.now();
    const made = { id, application, group, createdAtMs, input, scenes: its, hiddenFor };
    deployments.set(id, made);
    return made;
  }

  function existing(input: Fields): StandInDeployment {
    const found = deployments.get(String(input['deploymentId']));
    if (!found) throw new AwsError('DeploymentDoesNotExistException');
    return found;
  }

  function assertGroup(input: Fields): [string, string] {
    const [application, group] = [String(input['applicationName']), String(input['deploymentGroupName'])];
    if (![...groups].some((each) => each.startsWith(`${application}/`)))
      throw new AwsError('ApplicationDoesNotExistException');
    if (!groups.has(`${application}/${group}`)) throw new AwsError('DeploymentGroupDoesNotExistException');
    return [application, group];
  }

  const operations: Readonly<Record<string, (input: Fields) => Fields>> = {
    CreateDeployment(input) {
      const [application, group] = assertGroup(input);
      if (String(input['description']).length > 256) throw new AwsError('DescriptionTooLongException');
      if ([...deployments.values()].some((each) => each.group === group && !hasEnded(each)))
        throw new AwsError('DeploymentLimitExceededException');
      return { deploymentId: create(application, group, input, scenes).id };
    },
    ListDeployments(input) {
      const [application, group] = assertGroup(input);
      const { start = 0 } = input['createTimeRange'] as { start?: number };
      const found = [...deployments.values()].filter((each) => {
        each.hiddenFor -= 1;
        const fits = each.application === application && each.group === group;
        return fits && each.hiddenFor < 0 && each.createdAtMs >= start * 1_000;
      });
      return page('deployments', found.map(({ id }) => id).reverse(), input['nextToken']);
    },
    BatchGetDeployments(input) {
      const ids = input['deploymentIds'] as string[];
      if (ids.length > 25) throw new AwsError('BatchLimitExceededException');
      return { deploymentsInfo: ids.flatMap((id) => deployments.get(id) ?? []).map(infoOf) };
    },
    GetDeployment(input) {
      const deployment = existing(input);
      const answer = { deploymentInfo: infoOf(deployment) };
      looked.add(deployment);
      return answer;
    },
    ListDeploymentTargets(input) {
      const deployment = existing(input);
      const [now] = deployment.scenes;
      if (now?.status === 'Created' || now?.status === 'Queued')
        throw new AwsError('DeploymentNotStartedException');
      return page('targetIds', Object.keys(now?.machines ?? {}), input['nextToken']);
    },
    BatchGetDeploymentTargets(input) {
      const deployment = existing(input);
      const ids = input['targetIds'] as string[];
      if (ids.length > 25) throw new AwsError('DeploymentTargetListSizeExceededException');
      return { deploymentTargets: ids.flatMap((id) => targetOf(deployment, id) ?? []) };
    },
    ContinueDeployment(input) {
      const deployment = existing(input);
      if (deployment.scenes[0]?.status !== 'Ready')
        throw new AwsError('DeploymentIsNotInReadyStateException');
      deployment.scenes = deployment.scenes.slice(1);
      looked.delete(deployment);
      return {};
    },
    StopDeployment(input) {
      const deployment = existing(input);
      if (hasEnded(deployment)) throw new AwsError('DeploymentAlreadyCompletedException');
      const { machines = {} } = deployment.scenes[0] ?? {};
      deployment.scenes = [
        { status: 'InProgress', machines },
        { status: 'Stopped', machines },
      ];
      return { status: 'Pending' };
    },
  };

  /** A look goes on to the next scene only when the next look begins, so that instances fit what was seen. */
  const looked = new Set<StandInDeployment>();

  function page(name: string, all: readonly string[], token: unknown): Fields {
    const from = Number(token ?? 0);
    const next = from + pageSize;
    return {
      [name]: all.slice(from, next),
      ...(next < all.length && { nextToken: String(next) }),
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers['x-amz-target']).replace('CodeDeploy_20141006.', '');
    const authorization = request.headers.authorization ?? '';
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Fields;
    const problems = [
      ...problemsOf(operation, 'input', input),
      ...(/^AWS4-HMAC-SHA256 Credential=\S+\/codedeploy\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/.test(
        authorization,
      )
        ? []
        : ['the request is not signed']),
    ];
    wrong.push(...problems);
    asked.push({ operation, input, authorization });
    const fault = faults.get(operation)?.shift();
    if (fault === 'unheard') return void request.socket.destroy();
    if (typeof fault === 'object')
      return send(response, fault.status, { __type: fault.name, message: 'stand-in' });
    if (problems.length > 0)
      return send(response, 400, { __type: 'InvalidInputException', message: problems[0] });
    try {
      if (operation === 'GetDeployment') {
        const seen = deployments.get(String(input['deploymentId']));
        if (seen && looked.has(seen)) advance(seen);
      }
      const result = operations[operation]?.(input) ?? {};
      wrong.push(...problemsOf(operation, 'output', result));
      if (fault === 'unanswered') return void request.socket.destroy();
      if (fault === 'carried-out-500') return send(response, 500, { __type: 'InternalFailure' });
      send(response, 200, result);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(response, 400, {
        __type: `com.amazonaws.codedeploy#${error.message}`,
        message: 'said the stand-in',
      });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      wrong.push(`the stand-in broke: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deployments,
    asked,
    /** Requests and answers that did not fit the model. Every test ends by finding none. */
    wrong,
    groups,
    count: (operation: string) => asked.filter((each) => each.operation === operation).length,
    /** What deployments that are created from now on go through. */
    play(...its: Scene[]) {
      scenes = its;
    },
    /** Deployments that are created from now on are missing from so many lists. */
    hide(lists: number) {
      hiddenFor = lists;
    },
    pages(size: number) {
      pageSize = size;
    },
    fail(operation: string, ...its: Fault[]) {
      faults.set(operation, [...(faults.get(operation) ?? []), ...its]);
    },
    /** A deployment of somebody else in the same group. */
    addForeign(its: readonly Scene[], input: Fields = { description: 'by hand' }) {
      return create('shop', 'production', input, its);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type CodeDeployServer = Awaited<ReturnType<typeof startCodeDeployServer>>;

function send(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
