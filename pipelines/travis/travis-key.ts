/**
 * What becomes of a key: carried out as Travis would; carried out in another way; without an effect, and nothing is lost;
 * left out, which is a warning; or a mistake, for it cannot be meant.
 */
export const keyStates = ['as at Travis', 'otherwise', 'no effect', 'left out', 'refused'] as const;

export type KeyState = (typeof keyStates)[number];

export type TravisKey = {
  /** As it stands in the file, without the places in lists: `deploy.on.branch`. */
  path: string;
  state: KeyState;
  /** How, or what follows from it that it is not; of one that is left out, the words of the warning. */
  text: string;
};

export type KeySection = { title: string; keys: readonly TravisKey[] };

type Row = readonly [path: string, text: string];

/** Keys of one state, `above` before the name of each. */
export function keysOf(state: KeyState, rows: readonly Row[], above = ''): TravisKey[] {
  return rows.map(([name, text]) => ({ path: `${above}${name}`, state, text }));
}
