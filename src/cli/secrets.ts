import { text } from 'node:stream/consumers';
import { openSecrets } from '../compose/open-secrets.ts';
import { readConfig } from '../config.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { type Command, UsageRefusal } from './command.ts';

export const secrets: Command = {
  usage: 'set|list|remove REPOSITORY [NAME]',
  summary: 'secrets of a repository; the value of `set` comes on standard input',
  async run([verb, repository, name]) {
    if (!repository || !/^[\w.-]+(\/[\w.-]+)?$/.test(repository))
      throw usage('a repository such as owner/name');
    const opened = await openSecrets(readConfig(process.env));
    try {
      return await perform(opened.store, verb, repository, name);
    } finally {
      await opened.close();
    }
  },
};

async function perform(
  store: SecretStore,
  verb: string | undefined,
  repository: string,
  name: string | undefined,
): Promise<number> {
  if (verb === 'list') {
    for (const secret of await store.list(repository)) {
      console.log(`${secret.name}  set ${new Date(secret.updatedAtMs).toISOString()}`);
    }
    return 0;
  }
  if (!name) throw usage('the name of a secret');
  if (verb === 'remove') {
    const removed = await store.remove(repository, name);
    console.log(removed ? `${name} is removed` : `${repository} has no secret ${name}`);
    return removed ? 0 : 1;
  }
  if (verb !== 'set') throw usage('set, list or remove');
  if (process.stdin.isTTY) console.error(`value of ${name}, ended by Ctrl-D on a line of its own:`);
  // What an editor or `echo` puts at the end is not meant to be part of the value.
  const value = (await text(process.stdin)).replace(/\r?\n$/, '');
  await store.set(repository, name, value);
  console.log(`${name} is set for ${repository}`);
  return 0;
}

function usage(wanted: string): UsageRefusal {
  return new UsageRefusal('usage', `wanted: ${wanted}; hookline secrets ${secrets.usage}`);
}
