import type { RunJson } from '../support/hookline-scene.ts';

/**
 * Whom the example's file has told of these runs of `main`, in their order: of a success after a failure
 * (`on_success: change`), and of every failure (`on_failure: always`). The words are Travis's.
 */
export function expectedLetters(runs: readonly Pick<RunJson, 'number' | 'status' | 'title'>[]) {
  return runs.flatMap(({ number, status, title }, index) => {
    const wasGood = index === 0 || runs[index - 1]?.status === 'success';
    const word =
      status === 'success' ? 'Fixed' : index === 0 ? 'Failed' : wasGood ? 'Broken' : 'Still Failing';
    if (status === 'success' && wasGood) return [];
    return [{ to: ['team@example.com'], subject: `${word}: octo/shop #${number} (main) ${title}` }];
  });
}
