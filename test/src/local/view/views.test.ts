import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { liveView } from '../../../../src/local/view/live-view.ts';
import { plainView } from '../../../../src/local/view/plain-view.ts';
import type { ViewEvent } from '../../../../src/local/view/view-event.ts';
import { openEvents, viewed } from './view-events.ts';

const text = `image: debian:12
jobs:
  build:
    steps: [{ name: compile, run: make }, { name: test, run: make test }]
    artifacts: [{ name: app, paths: [dist] }]
  tidy: { needs: build, steps: [make tidy] }
`;

function failedRun() {
  const scene = openEvents(text);
  scene.begin();
  scene.say(undefined, 'checking out octo/app');
  const compiled = scene.step(0, 'compile', 1_000, 3_500);
  scene.say(0, 'cc -o app', 'done');
  compiled();
  const tested = scene.step(1, 'test', 3_500, 4_000, 'exited with code 3\nthe last lines');
  scene.say(1, '\u001b[31mnot ok\u001b[0m \u001b[2Jgone');
  tested();
  scene.end('failure', 4_100, 'step "test" exited with code 3');
  return scene.events;
}

const live = (events: readonly ViewEvent[], at = { nowMs: 2_000, rows: 24 }) => {
  const { state, printed } = viewed(liveView, events);
  return {
    printed: printed.map(stripVTControlCharacters),
    raw: printed,
    live: liveView.live(state, at).map(stripVTControlCharacters),
  };
};

const reported: Extract<ViewEvent, { type: 'job' }>['event'] = {
  type: 'reports.read',
  at: 4_050,
  tests: {
    passed: 3,
    failed: 2,
    errors: 0,
    skipped: 0,
    durationMs: 10,
    failures: [
      {
        kind: 'failure',
        suite: 'Cart',
        name: 'totals\u001b[2J',
        message: '3 is not 4\nat cart.ts',
        file: 'cart.ts',
        line: 7,
      },
    ],
  },
  coverage: { linesFound: 10, linesCovered: 8, files: 1 },
  problems: ['e2e.xml is empty'],
};

describe('a run as plain lines', () => {
  it('is every line once, with its job, and each end with its time and its reason', () => {
    expect(viewed(plainView, failedRun()).printed).toEqual([
      'build | checking out octo/app',
      'build > compile',
      'build | cc -o app',
      'build | done',
      'build > success in 2.5 s',
      'build > test',
      'build | not ok gone',
      'build > failure (exited with code 3) in 0.5 s',
      'build: failure in 4.1 s: step "test" exited with code 3',
      'tidy: skipped: job "build" ended as failure',
    ]);
  });

  it('names the tests that failed', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.report(reported);
    expect(viewed(plainView, scene.events).printed).toEqual([
      'build > failed: Cart: totals (cart.ts:7)',
      'build >   3 is not 4',
      'build >   at cart.ts',
      'build > and 1 more',
    ]);
  });

  it('has nothing that drives a terminal, also in names', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.step(0, 'a\u001b]0;title\u0007b\u001b[5n', 1, 2);
    expect(viewed(plainView, scene.events).printed).toEqual(['build > ab']);
  });
});

describe('a run in a terminal', () => {
  it('keeps of what succeeded how long it took, and of what failed its output', () => {
    const { printed } = live(failedRun());
    expect(printed).toEqual([
      '✓ build › compile  2.5 s, 2 lines',
      '✗ build › test  0.5 s  exited with code 3',
      '  │ not ok gone',
      '✗ build: failure in 4.1 s: step "test" exited with code 3',
      '- tidy: skipped: job "build" ended as failure',
    ]);
  });

  it('shows what its tests came to, and each that failed', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.report(reported);
    expect(live(scene.events).printed).toEqual([
      '! build › e2e.xml is empty',
      '✗ build › 5 tests: 3 passed, 2 failed; coverage 80.0 % of 10 lines',
      '  ✗ Cart: totals (cart.ts:7)',
      '    │ 3 is not 4',
      '    │ at cart.ts',
      '  and 1 more',
    ]);
  });

  it('leaves a job its colours and no other way into the terminal', () => {
    const line = live(failedRun()).raw.find((each) => each.includes('not ok'));
    expect(line).toContain('\u001b[31mnot ok\u001b[0m');
    expect(line).not.toContain('\u001b[2J');
  });

  it('shows what is under way with its time and last lines, and what comes after it', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.step(0, 'compile', 1_000, 3_500);
    scene.say(0, 'one', 'two', 'three', 'four');
    expect(live(scene.events).live).toEqual([
      expect.stringMatching(/^. build › compile {2}1\.0 s$/),
      '    two',
      '    three',
      '    four',
      '  then tidy',
    ]);
  });

  it('shows what the executor says before the first step', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.say(undefined, 'pulling debian:12');
    expect(live(scene.events).live[0]).toContain('build › pulling debian:12');
  });

  it('is never higher than the terminal', () => {
    const scene = openEvents(text);
    scene.begin();
    scene.step(0, 'compile', 1_000, 3_500);
    scene.say(0, 'one', 'two', 'three');
    expect(live(scene.events, { nowMs: 0, rows: 3 }).live).toHaveLength(2);
    expect(live(scene.events, { nowMs: 0, rows: 1 }).live).toHaveLength(1);
  });

  it('moves nothing any more when all has ended', () => {
    expect(live(failedRun()).live).toEqual([]);
  });

  it('says how much of a long output it left out', () => {
    const scene = openEvents(text);
    scene.begin();
    const tested = scene.step(0, 'test', 0, 1, 'exited with code 3');
    for (let line = 1; line <= 500; line += 1) scene.say(0, `line ${line}`);
    tested();
    const { printed } = live(scene.events);
    expect(printed.slice(0, 3)).toEqual([
      '✗ build › test  0.0 s  exited with code 3',
      '  │ … 300 lines before these',
      '  │ line 301',
    ]);
    expect(printed.at(-1)).toBe('  │ line 500');
  });
});
