import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { extractZip } from '../../../runners/artifacts/extract-zip.ts';
import type { DeploymentEvent, DeploymentRequest } from '../../../runners/deploy/deployment-target.ts';
import type { HookTimes } from '../../../runners/deploy/local/deployment-context.ts';
import { createLocalTarget } from '../../../runners/deploy/local-target.ts';
import { lookUpLocalDeploy } from '../../../runners/deploy/look-up-local-deploy.ts';
import { systemClock } from '../../../src/clock.ts';
import { type Bundle, zipOf } from './zip-of.ts';

export const isRoot = process.geteuid?.() === 0;

/** Stands in for tests that need root where there is none: it says so, and fails where everything must run. */
export function itNeedsRoot() {
  if (isRoot) return;
  it('cannot be tested here, since changing the user needs root', () => {
    expect(process.env['CI'], 'in CI these tests must run as root').not.toBe('true');
  });
}

export type Reported = DeploymentEvent;

/** What a test may say about a deployment; everything else is made up. */
export type Deploy = {
  readonly bundle: Bundle;
  readonly key?: string;
  readonly repository?: string;
  readonly environment?: string;
  readonly sha256?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Reported) => void;
};

/**
 * A directory that plays the host: `srv` may be deployed to as www-data (the default) or nobody. `file` is a
 * place where scripts of any user can leave something.
 */
export async function createDeployHost(times: Partial<HookTimes> = {}) {
  const base = await mkdtemp(join(tmpdir(), 'hookline-deploy-'));
  const [srv, stateDirectory, shared] = ['srv', 'state', 'shared'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [srv, stateDirectory, shared]) await mkdir(path);
  await chmod(base, 0o711);
  await chmod(stateDirectory, 0o711);
  await chmod(shared, 0o777);
  const rules = [{ repository: 'octo/shop', roots: [srv], users: ['www-data', 'nobody'] }];
  const policies = await lookUpLocalDeploy({ rules, ownDirectories: [stateDirectory], stateDirectory });
  const limits = { maxFiles: 10_000, maxBytes: 1 << 26 };
  const newTarget = () =>
    createLocalTarget({
      policies,
      stateDirectory,
      extract: (options) => extractZip({ ...options, limits }),
      clock: systemClock,
      times: { graceMs: 500, lingerMs: 150, ...times },
    });
  const target = newTarget();
  let count = 0;

  const newRequest = async (deploy: Deploy): Promise<DeploymentRequest> => {
    count += 1;
    const bundleFile = join(base, `bundle-${count}.zip`);
    const zip = await zipOf(deploy.bundle);
    await writeFile(bundleFile, zip);
    return {
      deploymentKey: deploy.key ?? `deployment ${count}`,
      repository: deploy.repository ?? 'octo/shop',
      environment: deploy.environment ?? 'production',
      runNumber: count,
      sha: 'a'.repeat(40),
      ref: 'refs/heads/main',
      artifact: 'app',
      bundleFile,
      bundleSha256: deploy.sha256 ?? createHash('sha256').update(zip).digest('hex'),
      target: { type: 'local', ...deploy.options },
      secrets: deploy.secrets ?? {},
    };
  };

  return {
    base,
    srv,
    stateDirectory,
    policies,
    newTarget,
    newRequest,
    file: (name: string) => join(shared, name),
    read: (name: string) => readFile(join(shared, name), 'utf8'),
    async deploy(deploy: Deploy) {
      const events: Reported[] = [];
      const outcome = await target.deploy(await newRequest(deploy), {
        signal: deploy.signal ?? new AbortController().signal,
        report: (event) => {
          events.push(event);
          deploy.onEvent?.(event);
        },
      });
      return { ...outcome, events, steps: stepsOf(events), text: textOf(events) };
    },
    close: () => rm(base, { recursive: true, force: true }),
  };
}

export type DeployHost = Awaited<ReturnType<typeof createDeployHost>>;

/** An appspec file that copies `app` to the host's `srv` and runs the named scripts. */
export function appspec(
  host: { srv: string },
  hooks: Readonly<Record<string, string>> = {},
  more = '',
): string {
  const events = Object.entries(hooks).map(
    ([event, location]) => `  ${event}:\n    - location: ${location}\n`,
  );
  return `version: 0.0
os: linux
files:
  - source: app
    destination: ${host.srv}/app
${more}${events.length > 0 ? `hooks:\n${events.join('')}` : ''}`;
}

export const script = (...lines: readonly string[]) => `#!/bin/sh\n${lines.join('\n')}\n`;

function stepsOf(events: readonly Reported[]): string[] {
  return events.flatMap((event) =>
    event.type === 'step-finished' ? [`${event.name} ${event.outcome}`] : [],
  );
}

function textOf(events: readonly Reported[]): string {
  return events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
}

/** Polls until `found` answers something, or fails after ten seconds. */
export async function eventually<T>(found: () => Promise<T | undefined>): Promise<T> {
  const untilMs = performance.now() + 10_000;
  for (;;) {
    const value = await found();
    if (value !== undefined) return value;
    if (performance.now() > untilMs) throw new Error('It did not happen within ten seconds.');
    await wait(20);
  }
}

export async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

export async function put(path: string, content: string) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
