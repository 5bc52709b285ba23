import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isFinal } from '../../src/runs/run.ts';
import { invokeLambda, type LambdaResult } from '../bridges/lambda-process.ts';
import type { CodecommitEvent } from '../githost/codecommit-event.ts';
import { type CodecommitHost, startCodecommitHost } from '../githost/codecommit-host.ts';
import { signatureOf } from '../src/webhooks/codecommit/codecommit-intake.ts';
import { pullRequestEvent, referenceEvent } from '../src/webhooks/eventbridge/eventbridge-examples.ts';
import { pipelineFile } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type SnsService, startSnsService } from '../support/sns-service.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openWorkingCopy, type WorkingCopy } from '../support/working-copy.ts';

const secret = 'a secret that the Lambda function knows too';
const eventbridgeKey = 'a key of the connection';
const keys = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLE%//token+==',
};

let directory: string;
let host: CodecommitHost;
let scene: HooklineScene;
let sns: SnsService;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hookline-codecommit-'));
  host = await startCodecommitHost({ directory: join(directory, 'git'), keys });
  sns = await startSnsService(directory);
  scene = await openHooklineScene({
    ...sns.settings,
    CODECOMMIT_SNS_TOPICS: sns.topic,
    CODECOMMIT_EVENTBRIDGE_KEY: `the key of last year,${eventbridgeKey}`,
    DOCKER_HOST: inject('dockerHost'),
    CODECOMMIT_WEBHOOK_SECRET: secret,
    CODECOMMIT_GIT_URL: host.url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
  });
  await scene.start();
});
afterAll(async () => {
  await scene?.close();
  await host?.close();
  await sns?.close();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

type Project = {
  copy: WorkingCopy;
  /** Commits a change and answers its id. */
  commit(text: string): Promise<string>;
  /** One push of these references; answers what the function made of its events. */
  push(...refs: string[]): Promise<LambdaResult[]>;
  /** The runs of the repository, once there are so many and all have ended. */
  runs(count: number): Promise<RunJson[]>;
  /** The event of the last push, or the last part of it. */
  lastEvent(): CodecommitEvent;
};

type ProjectOptions = {
  referencesPerPart?: number;
  secret?: string;
  beforeEvent?: () => void;
  /** In place of calling the Lambda function. */
  deliver?: (event: CodecommitEvent) => Promise<unknown>;
};

/** A repository on CodeCommit with one commit on `main`, and from now on a trigger that calls the Lambda function. */
async function openProject(name: string, options: ProjectOptions = {}) {
  await host.createRepository(name);
  const copy = await openWorkingCopy(join(directory, 'work', name));
  const pipeline = `image: ${inject('jobImage')}
on:
  push:
    branches: ['**']
    tags: ['v*']
  pull_request: true
steps:
  - run: cat text.txt
`;
  await copy.commit(pipelineFile, pipeline, 'A pipeline');
  const invocationsOf = () =>
    host.invocations().filter(({ event }) => event.Records[0].eventSourceARN.endsWith(`:${name}`));
  const project: Project = {
    copy,
    commit: (text) => copy.commit('text.txt', text),
    async push(...refs) {
      const before = invocationsOf().length;
      await copy.git('push', '--quiet', host.pushUrl(name), ...refs);
      await host.settled();
      return invocationsOf()
        .slice(before)
        .flatMap(({ result, error }) => {
          if (error !== undefined) throw new Error(error);
          return result as LambdaResult[];
        });
    },
    async runs(count) {
      let runs: RunJson[] = [];
      const areThere = async () => {
        runs = await scene.runs({ repository: name });
        return runs.length >= count && runs.every(({ status }) => isFinal(status));
      };
      await waitUntil(areThere, { what: `${count} runs of ${name} to end`, timeoutMs: 60_000 });
      return runs;
    },
    lastEvent() {
      const last = invocationsOf().at(-1);
      if (last === undefined) throw new Error(`no event of ${name} was sent`);
      return last.event;
    },
  };
  await project.push('main', 'main:old');
  host.addTrigger(name, {
    name: 'hookline',
    customData: `${scene.url}/webhooks/codecommit`,
    invoke(event) {
      options.beforeEvent?.();
      if (options.deliver) return options.deliver(event);
      return invokeLambda(event, { secret: options.secret ?? secret });
    },
    ...(options.referencesPerPart === undefined ? {} : { referencesPerPart: options.referencesPerPart }),
  });
  return project;
}

const refsOf = (runs: readonly RunJson[]) => runs.map(({ ref, status }) => `${ref} ${status}`).sort();
const deliveriesOf = async (repository: string) =>
  (await scene.deliveries()).filter((delivery) => delivery.repository === repository);

describe('a push to CodeCommit', () => {
  it('makes one run of each reference it pushed, by code cloned with a signature of the AWS keys', async () => {
    const project = await openProject('several');
    await project.commit('the first');
    await project.copy.git('branch', 'feature');
    const newest = await project.commit('the second');
    await project.copy.git('tag', '-a', '-m', 'version 1', 'v1');
    const answers = await project.push('main', 'feature', 'v1', 'main:refs/heads/deep/er', ':old');
    expect(answers).toMatchObject([{ status: 202 }]);

    const runs = await project.runs(4);
    expect(refsOf(runs)).toEqual([
      'refs/heads/deep/er success',
      'refs/heads/feature success',
      'refs/heads/main success',
      'refs/tags/v1 success',
    ]);
    const tagged = runs.find(({ ref }) => ref === 'refs/tags/v1');
    expect(tagged).toMatchObject({ event: 'tag', sha: newest });
    expect(await scene.log(tagged?.jobs[0] ?? { id: '' })).toContain('the second');
    const [delivery] = await deliveriesOf('several');
    expect(delivery?.reason).toContain('branch old was deleted');

    const clones = host.requests().filter(({ service }) => service === 'git-upload-pack');
    expect(clones.length).toBeGreaterThan(0);
    expect(clones.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(new Set(clones.map(({ user }) => user))).toEqual(
      new Set([`${keys.accessKeyId}%${keys.sessionToken}`]),
    );
  });

  it('that Lambda hands over again is a duplicate and makes no second run', async () => {
    const project = await openProject('again');
    await project.commit('once');
    await project.push('main');
    await host.invokeAgain(project.lastEvent());
    const [again] = (host.invocations().at(-1)?.result ?? []) as LambdaResult[];
    expect(JSON.parse(again?.answer ?? '')).toMatchObject({ duplicate: true });
    expect(refsOf(await project.runs(1))).toEqual(['refs/heads/main success']);
    expect(await deliveriesOf('again')).toHaveLength(1);
  });

  it('that comes in two parts is two deliveries and one run of each reference', async () => {
    const project = await openProject('parts', { referencesPerPart: 2 });
    await project.commit('in parts');
    await project.push('main', 'main:a', 'main:b');
    expect(refsOf(await project.runs(3))).toEqual([
      'refs/heads/a success',
      'refs/heads/b success',
      'refs/heads/main success',
    ]);
    const ids = (await deliveriesOf('parts')).map(({ deliveryId }) => deliveryId.replace(/^.*-/, ''));
    expect(ids.sort()).toEqual(['1', '2']);
  });

  it('that only deletes makes no run and says so', async () => {
    const project = await openProject('deleted');
    await project.push(':old');
    await waitUntil(async () => (await deliveriesOf('deleted'))[0]?.outcome === 'ignored', {
      what: 'the delivery to be settled',
      timeoutMs: 20_000,
    });
    expect((await deliveriesOf('deleted'))[0]?.reason).toBe('branch old was deleted');
    expect(await scene.runs({ repository: 'deleted' })).toEqual([]);
  });

  it('from a function with another secret is refused, and the function hears why', async () => {
    const project = await openProject('stranger', { secret: 'a guess' });
    await project.commit('from somebody else');
    await expect(project.push('main')).rejects.toThrow(/401 .*signature-mismatch/);
    expect(await deliveriesOf('stranger')).toEqual([]);
  });

  it('that is not posted within five minutes of its signature is refused', async () => {
    const body = JSON.stringify({ Records: [] });
    const at = Math.floor(Date.now() / 1000) - 301;
    const response = await fetch(`${scene.url}/webhooks/codecommit`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-hookline-timestamp': String(at),
        'x-hookline-signature-256': signatureOf(at, body, secret),
      },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'timestamp-outside-window' });
  });

  it('comes by a topic of SNS, whose subscription confirms itself', async () => {
    expect(await sns.subscribe(`${scene.url}/webhooks/sns`)).toBe(200);
    const answers: { status: number; body: string }[] = [];
    const deliver = async (event: CodecommitEvent) => {
      for (const SignatureVersion of ['1', '2'] as const) {
        answers.push(await sns.publish(JSON.stringify(event), { SignatureVersion }));
      }
      return [];
    };
    const project = await openProject('by-sns', { deliver });
    const sha = await project.commit('by SNS');
    await project.push('main');
    expect(answers.map(({ status, body }) => [status, JSON.parse(body).duplicate])).toEqual([
      [202, undefined],
      [202, true],
    ]);
    expect(await project.runs(1)).toMatchObject([{ event: 'push', sha, status: 'success' }]);
    const asked = sns.requests().map((url) => url.replace(/[0-9a-f]{32,}/, 'HEX'));
    expect(asked).toEqual([
      '/SimpleNotificationService-HEX.pem',
      `/?Action=ConfirmSubscription&TopicArn=${sns.topic}&Token=HEX`,
    ]);
  });

  it('comes by EventBridge, and with it a pull request', async () => {
    const project = await openProject('by-eventbridge', { deliver: async () => [] });
    const old = (await project.copy.git('rev-parse', 'main')).trim();
    const sha = await project.commit('by EventBridge');
    await project.push('main:feature');
    const resources = [`arn:aws:codecommit:${host.region}:111122223333:by-eventbridge`];
    const commits = { commitId: sha, sourceCommit: sha, destinationCommit: old };
    const references = { sourceReference: 'refs/heads/feature', destinationReference: 'refs/heads/main' };
    const pushed = referenceEvent(
      {
        ...commits,
        event: 'referenceCreated',
        referenceFullName: 'refs/heads/feature',
        oldCommitId: undefined,
      },
      { resources },
    );
    const opened = { ...pullRequestEvent({ ...commits, ...references }), resources, id: 'another' };
    for (const event of [pushed, opened]) {
      const headers = { 'content-type': 'application/json', 'x-api-key': eventbridgeKey };
      const options = { method: 'POST', body: JSON.stringify(event), headers };
      expect(await fetch(`${scene.url}/webhooks/eventbridge`, options)).toMatchObject({ status: 202 });
    }
    const runs = await project.runs(2);
    expect(runs.map(({ event, ref, status }) => `${event} ${ref} ${status}`).sort()).toEqual([
      'pull_request refs/heads/feature success',
      'push refs/heads/feature success',
    ]);
  });

  it('whose code AWS refuses to these keys ends in an error that names the repository', async () => {
    const rotate = () => host.setKeys({ ...keys, secretAccessKey: 'another by now' });
    const project = await openProject('denied', { beforeEvent: rotate });
    await project.commit('for others');
    try {
      await project.push('main');
      const [run] = await project.runs(1);
      expect(run).toMatchObject({ status: 'error', reason: { code: 'source-refused' } });
      expect(run?.reason?.message).toMatch(/^denied: the server refused the credential/);
    } finally {
      host.setKeys(keys);
    }
  });
});
