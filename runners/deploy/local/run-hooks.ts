import { join } from 'node:path';
import { type Appspec, type AppspecScript, eventLimitSeconds, type HookName } from '../appspec/appspec.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentContext } from './deployment-context.ts';
import { hookEnvironment } from './hook-environment.ts';
import { hookUser } from './hook-user.ts';
import type { HostUser } from './host-users.ts';
import { identifyProcess } from './process-identity.ts';
import { type HookResult, runHook } from './run-hook.ts';
import { cancelledDuring, type StepResult } from './run-step.ts';

/** A kept bundle and what it says. */
export type Revision = { readonly directory: string; readonly appspec: Appspec };

const maxTailLength = 2000;

/**
 * Runs the scripts of one event in order, until one of them fails. An event has 3600 seconds for all of
 * them; a script without a timeout of its own may use what is left.
 */
export async function runHooks(
  context: DeploymentContext,
  event: HookName,
  revision: Revision | undefined,
): Promise<StepResult> {
  const scripts = revision?.appspec.hooks[event] ?? [];
  if (!revision || scripts.length === 0) return { outcome: 'skipped' };
  const untilMs = context.clock.elapsed() + eventLimitSeconds * 1000;
  for (const script of scripts) {
    const leftMs = Math.max(1, untilMs - context.clock.elapsed());
    const timeoutMs = Math.min(leftMs, (script.timeoutSeconds ?? eventLimitSeconds) * 1000);
    const user = allowedUser(context, script);
    await context.say(`$ ${script.location} (as ${user.name})`);
    const hook = await runScript(context, { event, script, user, directory: revision.directory, timeoutMs });
    if (hook.leftRunning) {
      await context.say(
        `Processes that ${script.location} left running still hold its output. It is not followed any longer; let the script redirect it to a file.`,
      );
    }
    const result = judge(event, `${script.location} (as ${user.name})`, hook, timeoutMs);
    if (result.reason) {
      return { ...result, reason: { ...result.reason, message: context.mask(result.reason.message) } };
    }
  }
  return { outcome: 'success', exitCode: 0 };
}

type Script = {
  readonly event: HookName;
  readonly script: AppspecScript;
  readonly user: HostUser;
  readonly directory: string;
  readonly timeoutMs: number;
};

async function runScript(context: DeploymentContext, { event, script, user, directory, timeoutMs }: Script) {
  const { request, options, deploymentId, store, note, report, times, clock, signal } = context;
  const { targetId } = store;
  const ids = { lifecycleEvent: event, deploymentId, targetId };
  const environment = hookEnvironment({ request, options, user, ...ids });
  const result = await runHook({
    script: join(directory, script.location),
    directory,
    user,
    environment,
    timeoutMs,
    ...times,
    pipe: store.pipe(),
    clock,
    signal,
    onStarted: async (processId) => note({ script: await identifyProcess(processId) }),
    onOutput: async (text) => report({ type: 'output', text }),
  });
  await note({ script: undefined });
  return result;
}

function allowedUser(context: DeploymentContext, script: AppspecScript): HostUser {
  const user = hookUser(script, context.policy);
  if (user) return user;
  throw new DeploymentRefusal(
    'not_allowed',
    `${script.location} is to run as ${script.runas}, which HOOKLINE_LOCAL_DEPLOY does not allow to ${context.policy.repository}.`,
  );
}

function judge(event: HookName, script: string, { end, tail }: HookResult, timeoutMs: number): StepResult {
  const last = tail.join('\n').slice(-maxTailLength);
  const lines = last === '' ? ' It printed nothing.' : ` Its last lines:\n${last}`;
  switch (end.kind) {
    case 'cancelled':
      return cancelledDuring(event);
    case 'timed-out': {
      const message = `${event}: ${script} did not end within ${timeoutMs / 1000} s and was stopped.${lines}`;
      return { outcome: 'failure', reason: { code: 'hook_timed_out', message } };
    }
    case 'killed': {
      const message = `${event}: ${script} was ended by ${end.signal}.${lines}`;
      return { outcome: 'failure', reason: { code: 'hook_failed', message } };
    }
    case 'exited': {
      const { exitCode } = end;
      if (exitCode === 0) return { outcome: 'success', exitCode };
      const message = `${event}: ${script} ended with exit code ${exitCode}.${lines}`;
      return { outcome: 'failure', exitCode, reason: { code: 'hook_failed', message } };
    }
  }
}
