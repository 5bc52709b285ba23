import { describe, expect, it } from 'vitest';
import { runnerLabels } from '../../../src/compose/runner-labels.ts';

const host = { platform: 'linux', arch: 'x64' };

describe('the labels of a runner', () => {
  it('are its system, its processor and what it was given, each once', () => {
    expect(runnerLabels(['big', 'linux'], 'container', host)).toEqual(['amd64', 'big', 'linux']);
  });

  it('say when it has no containers', () => {
    expect(runnerLabels([], 'none', host)).toEqual(['amd64', 'linux', 'unisolated']);
  });
});
