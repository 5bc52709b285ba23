import type { Terminal } from './terminal.ts';

/** One thing that the demo promises, and whether it was so. */
export type Check = {
  readonly what: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly seen: string;
};

export type Checks = {
  readonly all: readonly Check[];
  /** Takes down that `seen` is `expected`, compared as text, and says so at once when it is not. */
  equal(what: string, expected: unknown, seen: unknown): void;
  /** The same for what is no equality; the two texts say what was wanted and what there was. */
  that(what: string, ok: boolean, expected: string, seen: string): void;
};

export function openChecks(terminal: Pick<Terminal, 'bad' | 'note'>): Checks {
  const all: Check[] = [];
  const that = (what: string, ok: boolean, expected: string, seen: string) => {
    all.push({ what, ok, expected, seen });
    if (ok) return;
    terminal.bad(what);
    terminal.note(`expected: ${expected}`);
    terminal.note(`seen:     ${seen}`);
  };
  return {
    all,
    that,
    equal: (what, expected, seen) =>
      that(what, textOf(expected) === textOf(seen), textOf(expected), textOf(seen)),
  };
}

/** The same checks under the name of what they are of. */
export function checksOf(checks: Checks, subject: string): Checks {
  return {
    all: checks.all,
    equal: (what, expected, seen) => checks.equal(`${subject}: ${what}`, expected, seen),
    that: (what, ok, expected, seen) => checks.that(`${subject}: ${what}`, ok, expected, seen),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
