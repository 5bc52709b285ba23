import { appendFileSync } from 'node:fs';
import type { ContainerSpec, Engine, JobContainer } from '../../runners/engine/engine.ts';
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
function note(spec: ContainerSpec, effect: Pick<Effect, 'type' | 'step'>): void {
  const { jobId, leaseId, env } = spec;
  const whole: Effect = {
    ...effect,
    jobId,
    leaseId,
    attempt: Number(env['HOOKLINE_ATTEMPT']),
    atMs: Date.now(),
    pid: process.pid,
  };
  appendFileSync(effectsFile, `${JSON.stringify(whole)}\n`);
}

function noting(spec: ContainerSpec, container: JobContainer): JobContainer {
  let step = 0;
  return {
    ...container,
    async run(...given) {
      const at = { step };
      step += 1;
      note(spec, { type: 'begin', ...at });
      const end = await container.run(...given);
      if (end.type === 'exited' && end.code < 128) note(spec, { type: 'end', ...at });
      return end;
    },
  };
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
