import type { Step } from '../../runners/engine/engine.ts';
import type { FakeBehaviour, FakeRule } from '../../runners/engine/fake/fake-behaviour.ts';

/** What the scripts of `change-kinds.ts` do, for the scripted engine; the runner puts `set -e` on a line before each, and each begins with `note.sh` and its number. */
export const scriptedSteps: readonly FakeRule[] = [
  { when: / sleep [\d.]+$/m, does: (step) => ({ delayMs: Number(wordsOf(step)[1]) * 1_000 }) },
  { when: / exit \d+$/m, does: (step) => ({ exitCode: Number(wordsOf(step)[1]) }) },
  { when: /out\/app\.txt/, does: { files: { 'out/app.txt': 'made\n' } } },
  { does: echo },
];

function echo(step: Step): FakeBehaviour {
  return { output: [`${wordsOf(step).slice(1).join(' ')}\n`] };
}

function wordsOf({ script }: Step): string[] {
  return (script.split('\n').at(-1) ?? '').split(' ').slice(2);
}
