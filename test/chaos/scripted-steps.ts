import type { Step } from '../../runners/engine/engine.ts';
import type { FakeBehaviour, FakeRule } from '../../runners/engine/fake/fake-behaviour.ts';

/** What the scripts of `change-kinds.ts` do, for the scripted engine. */
export const scriptedSteps: readonly FakeRule[] = [
  { when: /^sleep [\d.]+$/, does: ({ script }) => ({ delayMs: Number(script.split(' ')[1]) * 1_000 }) },
  { when: /^exit \d+$/, does: ({ script }) => ({ exitCode: Number(script.split(' ')[1]) }) },
  { when: /out\/app\.txt/, does: { files: { 'out/app.txt': 'made\n' } } },
  { does: echo },
];

function echo({ script }: Step): FakeBehaviour {
  return { output: [`${script.replace(/^echo /, '')}\n`] };
}
