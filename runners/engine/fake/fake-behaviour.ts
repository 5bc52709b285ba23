import type { Step, StepEnd } from '../engine.ts';

/** What a step does instead of running. Every part is optional: `{}` prints nothing and exits with 0. */
export type FakeBehaviour = {
  output?: ReadonlyArray<string | Uint8Array>;
  /** Files written into the workspace, by path within it, before the step ends. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** How long it takes after its output. */
  delayMs?: number;
  /** It goes on until it is interrupted. */
  hang?: boolean;
  /** It goes on after a TERM; a KILL ends it. */
  ignoreTerm?: boolean;
  exitCode?: number;
  /** The memory limit was reached. */
  oom?: string;
  /** The container does not outlive it. */
  died?: Omit<Extract<StepEnd, { type: 'died' }>, 'type'>;
};

/**
 * `when` is the whole script, a pattern in it, or the step's place in its container (0 is the first); a rule without it
 * holds for every step. The first rule that holds decides.
 */
export type FakeRule = {
  when?: string | RegExp | number;
  does: FakeBehaviour | ((step: Step) => FakeBehaviour);
};

export function behaviourOf(rules: readonly FakeRule[], step: Step, place: number): FakeBehaviour {
  const rule = rules.find(({ when }) => {
    if (when === undefined) return true;
    if (typeof when === 'number') return when === place;
    return typeof when === 'string' ? when === step.script : when.test(step.script);
  });
  if (!rule) return {};
  return typeof rule.does === 'function' ? rule.does(step) : rule.does;
}
