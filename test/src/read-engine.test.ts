import { describe, expect, it } from 'vitest';
import { ConfigRefusal, readConfig } from '../../src/config.ts';

describe('what jobs are carried out in', () => {
  it('is Docker, unless somebody says otherwise and allows it', () => {
    expect(readConfig({})).toMatchObject({ engine: 'docker', allowUnisolated: false });
    const set = { HOOKLINE_ENGINE: 'process', HOOKLINE_ALLOW_UNISOLATED: '1' };
    expect(readConfig(set)).toMatchObject({ engine: 'process', allowUnisolated: true });
    expect(readConfig({ HOOKLINE_ALLOW_UNISOLATED: '1' })).toMatchObject({ engine: 'docker' });
  });

  it.each([undefined, '', '0'])('is not processes of the host with HOOKLINE_ALLOW_UNISOLATED=%s', (value) => {
    const set = { HOOKLINE_ENGINE: 'process', HOOKLINE_ALLOW_UNISOLATED: value };
    expect(() => readConfig(set)).toThrow(ConfigRefusal);
    expect(() => readConfig(set)).toThrow(/HOOKLINE_ENGINE=process .* Set HOOKLINE_ALLOW_UNISOLATED=1 /);
  });

  it('is refused by name when there is no such thing', () => {
    expect(() => readConfig({ HOOKLINE_ENGINE: 'podman' })).toThrow(
      'HOOKLINE_ENGINE is "podman"; wanted: docker or process',
    );
    expect(() => readConfig({ HOOKLINE_ALLOW_UNISOLATED: 'yes' })).toThrow('wanted: 1 or 0');
  });
});
