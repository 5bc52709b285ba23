import { describe, expect, it } from 'vitest';
import { UsageRefusal } from '../../../src/cli/command.ts';
import { run } from '../../../src/cli/run.ts';

describe('hookline run refuses before it begins', () => {
  it.each([
    ['--no-docker=unisolated', "Option '--no-docker' does not take an argument"],
    ['--jop', "Unknown option '--jop'"],
    ['build', "Unexpected argument 'build'"],
  ])('%s', async (argument, message) => {
    const refused = run.run([argument]);
    await expect(refused).rejects.toThrow(UsageRefusal);
    await expect(refused).rejects.toThrow(message);
  });
});
