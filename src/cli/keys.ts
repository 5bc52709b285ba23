import { parseArgs } from 'node:util';
import { composeEnvironment } from '../compose/compose-environment.ts';
import { openDataDirectory } from '../compose/data-directory.ts';
import { readConfig } from '../config.ts';
import { identityOf, newSeed } from '../contract/keys.ts';
import { signingKeyOf } from '../contract/signing-key.ts';
import type { Command } from './command.ts';

export const keys: Command = {
  usage: '[--compose | --signing]',
  summary: 'a new pair of keys for a runner and the public key of control, or all of docker-compose.yml',
  details: '--signing   the public key that `hookline verify` takes',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        compose: { type: 'boolean', default: false },
        signing: { type: 'boolean', default: false },
      },
    });
    if (values.compose) {
      console.log(composeEnvironment(newSeed));
      return 0;
    }
    const config = readConfig(process.env);
    const masterKey = config.masterKey ?? openDataDirectory(config.dataDir).key('master.key');
    if (values.signing) {
      process.stdout.write(signingKeyOf(masterKey).publicKey.pem);
      return 0;
    }
    const seed = newSeed();
    console.log('# on the runner:');
    console.log(`HOOKLINE_RUNNER_KEY=${seed}`);
    console.log(`HOOKLINE_CONTROL_PUBLIC_KEY=${identityOf(masterKey).publicKey}`);
    console.log('# where the service runs (several with commas between):');
    console.log(`HOOKLINE_RUNNER_PUBLIC_KEYS=${identityOf(seed).publicKey}`);
    console.log('# or, for a deployer (hookline runner --deploy), under this name instead:');
    console.log(`HOOKLINE_DEPLOYER_PUBLIC_KEYS=${identityOf(seed).publicKey}`);
    return 0;
  },
};
