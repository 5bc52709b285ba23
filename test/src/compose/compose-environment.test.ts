import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { composeEnvironment } from '../../../src/compose/compose-environment.ts';
import { readConfig } from '../../../src/config.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';

function variables(): Record<string, string> {
  const assignments = composeEnvironment(newSeed).matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...assignments].map(([, name = '', value = '']) => [name, value]));
}

describe('the keys of docker-compose.yml', () => {
  it('are all that the file will not do without, but the group of the socket', async () => {
    const file = await readFile(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
    const demanded = new Set([...file.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
    demanded.delete('DOCKER_GID');
    const made = variables();
    expect([...demanded].filter((name = '') => !made[name])).toEqual([]);
  });

  it('fit each other, and no two are the same', () => {
    const made = variables();
    const of = (name: string) => identityOf(made[name] ?? '').publicKey;
    expect(made['HOOKLINE_CONTROL_PUBLIC_KEY']).toBe(of('HOOKLINE_MASTER_KEY'));
    const runners = ['HOOKLINE_RUNNER_1_KEY', 'HOOKLINE_RUNNER_2_KEY'].map(of);
    expect(made['HOOKLINE_RUNNER_PUBLIC_KEYS']).toBe(runners.join(','));
    expect(made['HOOKLINE_DEPLOYER_PUBLIC_KEYS']).toBe(of('HOOKLINE_DEPLOYER_KEY'));
    expect(new Set(Object.values(made)).size).toBe(Object.values(made).length);
  });

  it('are such as the configuration takes', () => {
    const made = variables();
    const { masterKey, apiKey, runnerPublicKeys, deployerPublicKeys, controlPublicKey } = readConfig({
      HOST: '0.0.0.0',
      HOOKLINE_MASTER_KEY: made['HOOKLINE_MASTER_KEY'],
      HOOKLINE_API_KEY: made['HOOKLINE_API_KEY'],
      HOOKLINE_RUNNER_PUBLIC_KEYS: made['HOOKLINE_RUNNER_PUBLIC_KEYS'],
      HOOKLINE_DEPLOYER_PUBLIC_KEYS: made['HOOKLINE_DEPLOYER_PUBLIC_KEYS'],
      HOOKLINE_CONTROL_PUBLIC_KEY: made['HOOKLINE_CONTROL_PUBLIC_KEY'],
    });
    expect({ masterKey, apiKey, controlPublicKey }).toEqual({
      masterKey: made['HOOKLINE_MASTER_KEY'],
      apiKey: made['HOOKLINE_API_KEY'],
      controlPublicKey: made['HOOKLINE_CONTROL_PUBLIC_KEY'],
    });
    expect([runnerPublicKeys.length, deployerPublicKeys.length]).toEqual([2, 1]);
  });
});
