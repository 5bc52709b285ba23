/** One part of `npm test`. */
export type Stage = {
  readonly name: string;
  readonly command: readonly string[];
  /** A stage that hangs must not hang continuous integration. */
  readonly timeoutMs: number;
  /** Vitest counts tests; everything else counts as one. */
  readonly isVitest?: true;
};

const minuteMs = 60_000;

function vitest(project: 'fast*' | 'e2e', timeoutMs: number): Stage {
  return {
    name: project === 'fast*' ? 'tests' : 'end-to-end tests',
    command: ['vitest', 'run', '-c', 'test/vitest.config.ts', '--project', project],
    timeoutMs,
    isVitest: true,
  };
}

/** In the order in which a mistake is found soonest. */
export const stages: readonly Stage[] = [
  { name: 'format and lint', command: ['biome', 'check', '.'], timeoutMs: minuteMs },
  { name: 'types', command: ['tsc'], timeoutMs: 2 * minuteMs },
  { name: 'demo', command: [process.execPath, 'test/demo/demo.ts'], timeoutMs: 4 * minuteMs },
  vitest('fast*', 10 * minuteMs),
  vitest('e2e', 25 * minuteMs),
];
