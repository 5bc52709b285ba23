import { describe, expect, it } from 'vitest';
import { nearestTo } from '../../pipelines/nearest.ts';

const keys = ['env', 'image', 'jobs', 'steps', 'timeout', 'working_directory', 'when', 'run', 'artifacts'];

describe('did you mean', () => {
  it.each([
    ['timeot', 'timeout'],
    ['setps', 'steps'],
    ['rnu', 'run'],
    ['workingDirectory', 'working_directory'],
    ['working-directory', 'working_directory'],
    ['environment', 'env'],
    ['images', 'image'],
    ['job', 'jobs'],
    ['artefacts', 'artifacts'],
  ])('%s was meant to be %s', (word, meant) => {
    expect(nearestTo(word, keys)).toBe(meant);
  });

  it.each(['zebra', 'x', '', 'a'.repeat(10_000)])('%s is like none of them', (word) => {
    expect(nearestTo(word, keys)).toBeUndefined();
  });
});
