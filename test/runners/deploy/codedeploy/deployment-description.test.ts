import { describe, expect, it } from 'vitest';
import {
  describeDeployment,
  readMark,
} from '../../../../runners/deploy/codedeploy/deployment-description.ts';

const deployment = {
  deploymentKey: '01hzk3j9w5t8m4n7p2q6r0s1v3',
  bundleSha256: 'b'.repeat(64),
  runNumber: 12,
  sha: 'a'.repeat(40),
};

describe('the description of a deployment', () => {
  it('names the run, the commit and the key', () => {
    const text = describeDeployment(deployment);
    expect(text).toBe(`run #12 ${'a'.repeat(40)} [hookline 01hzk3j9w5t8m4n7p2q6r0s1v3 bbbbbbbbbbbb]`);
    expect(readMark(text, deployment)).toBe('ours');
  });

  it.each(['x'.repeat(256), '🚀'.repeat(128), `[hookline other cccccccccccc] ${'y'.repeat(220)}`])(
    'cuts the words of the pipeline so that the mark fits: %s',
    (description) => {
      const text = describeDeployment({ ...deployment, description });
      expect(text.length).toBeLessThanOrEqual(256);
      expect(text.isWellFormed()).toBe(true);
      expect(readMark(text, deployment)).toBe('ours');
    },
  );

  it('fits for a key of any length and any characters', () => {
    const odd = { ...deployment, deploymentKey: `[production] ${'k'.repeat(400)}`, sha: 'a'.repeat(64) };
    const text = describeDeployment({ ...odd, description: 'd'.repeat(256) });
    expect(text.length).toBeLessThanOrEqual(256);
    expect(readMark(text, odd)).toBe('ours');
  });

  it('is not mistaken for that of another key or bundle', () => {
    const text = describeDeployment(deployment);
    expect(readMark(text, { ...deployment, deploymentKey: '01hzk3j9w5t8m4n7p2q6r0s1v' })).toBe('foreign');
    expect(readMark(text, { ...deployment, bundleSha256: 'c'.repeat(64) })).toBe('ours-with-another-bundle');
    expect(readMark(`${text} by hand`, deployment)).toBe('foreign');
    expect(readMark(undefined, deployment)).toBe('foreign');
  });
});
