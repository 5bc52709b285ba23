import { describe, expect, it } from 'vitest';
import { withoutIsolation } from '../../runners/without-isolation.ts';

const service = { name: 'db', image: 'postgres:17', env: {}, timeoutMs: 1_000 };

describe('a job on a runner without containers', () => {
  it('is told what it does not have', () => {
    const told = withoutIsolation({ image: 'node:24' });
    expect(told.join('\n')).toMatch(/without isolation.*image node:24 is not used.*limits of memory/s);
    expect(told.every((line) => line.startsWith('warning: '))).toBe(true);
  });

  it('is refused by name what its steps would fail without, or what it wants as a protection', () => {
    const asks = { image: 'node:24', services: [service, { ...service, name: 'cache' }] };
    const refused = (message: string) => expect.objectContaining({ code: 'needs-isolation', message });
    const text = (what: string) => expect.stringContaining(`${what} cannot be had without containers`);
    expect(() => withoutIsolation(asks)).toThrow(refused(text('the service db, the service cache')));
    expect(() => withoutIsolation({ image: 'node:24', network: 'none' })).toThrow(
      refused(text('`network: none`')),
    );
  });
});
