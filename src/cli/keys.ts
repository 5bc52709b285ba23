import { openDataDirectory } from '../compose/data-directory.ts';
import { readConfig } from '../config.ts';
import { identityOf, newSeed } from '../contract/keys.ts';
import type { Command } from './command.ts';

export const keys: Command = {
  usage: '',
  summary: 'a new pair of keys for a runner, and the public key of control',
  async run() {
    const config = readConfig(process.env);
    const masterKey = config.masterKey ?? openDataDirectory(config.dataDir).key('master.key');
    const seed = newSeed();
    console.log('# on the runner:');
    console.log(`HOOKLINE_RUNNER_KEY=${seed}`);
    console.log(`HOOKLINE_CONTROL_PUBLIC_KEY=${identityOf(masterKey).publicKey}`);
    console.log('# where the service runs (several with commas between):');
    console.log(`HOOKLINE_RUNNER_PUBLIC_KEYS=${identityOf(seed).publicKey}`);
    return 0;
  },
};
