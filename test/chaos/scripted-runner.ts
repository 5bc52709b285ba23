import { appendFileSync } from 'node:fs';
import type { ContainerSpec, Engine, JobContainer, Step } from '../../runners/engine/engine.ts';
import { createFakeEngine } from '../../runners/engine/fake/fake-engine.ts';
import { runRunner } from '../../src/cli/runner.ts';
import { Refusal } from '../../src/errors.ts';
import type { Effect } from './effect.ts';
import { scriptedSteps } from './scripted-steps.ts';

/**
 * `node scripted-runner.ts EFFECTS-FILE [--jobs]`: the product's runner process over the scripted engine. What its steps
 * did is written to the file, which stands for the world outside that a job changes.
 */
const [effectsFile = '', ...args] = process.argv.slice(2);

/** One short line at once: processes that are killed leave whole lines, and several may write to one file. */
function note({ roomId }: ContainerSpec, { env }: Step, effect: Pick<Effect, 'type' | 'step'>): void {
  const whole: Effect = {
    ...effect,
    jobId: env['HOOKLINE_JOB_ID'] ?? '',
    roomId,
    attempt: Number(env['HOOKLINE_ATTEMPT']),
    atMs: Date.now(),
    pid: process.pid,
  };
  appendFileSync(effectsFile, `${JSON.stringify(whole)}\n`);
}

function noting(spec: ContainerSpec, container: JobContainer): JobContainer {
  let step = 0;
  return Object.assign(Object.create(container), {
    async run(...[given, options]: Parameters<JobContainer['run']>) {
      const at = { step };
      step += 1;
      note(spec, given, { type: 'begin', ...at });
      const end = await container.run(given, options);
      if (end.type === 'exited' && end.code < 128) note(spec, given, { type: 'end', ...at });
      return end;
    },
  }) as JobContainer;
}

const scripted = createFakeEngine({ rules: scriptedSteps });
const engine: Engine = {
  ...scripted,
  open: async (spec, options) => noting(spec, await scripted.open(spec, options)),
};

try {
  process.exitCode = await runRunner(args, { engine });
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`scripted runner: ${error.message}`);
  process.exitCode = 1;
}
process.exit();
