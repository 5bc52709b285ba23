import { randomBytes } from 'node:crypto';
import { invokeLambda } from '../bridges/lambda-process.ts';
import type { CodecommitKeys } from '../githost/codecommit-credential.ts';
import { type CodecommitHost, startCodecommitHost } from '../githost/codecommit-host.ts';

/** CodeCommit with one repository, and the Lambda function that its trigger calls. */
export type Codecommit = {
  readonly host: CodecommitHost;
  readonly repository: string;
  readonly accessKeyId: string;
  /** What hookline has to know of it. */
  readonly settings: Readonly<Record<string, string>>;
  /** From now on a push calls the function, which sends the event on to this address. */
  callWith(address: string): void;
};

/** The keys are those that hookline has anyway, for its bucket, or else made up. */
export async function openCodecommit(options: {
  directory: string;
  repository: string;
  keys: CodecommitKeys | undefined;
}): Promise<Codecommit> {
  const { directory, repository, keys = madeUpKeys() } = options;
  const host = await startCodecommitHost({ directory, keys });
  await host.createRepository(repository);
  const secret = randomBytes(16).toString('hex');
  return {
    host,
    repository,
    accessKeyId: keys.accessKeyId,
    settings: {
      CODECOMMIT_WEBHOOK_SECRET: secret,
      CODECOMMIT_GIT_URL: host.url,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
    },
    callWith: (address) =>
      host.addTrigger(repository, {
        name: 'hookline',
        customData: address,
        invoke: (event) => invokeLambda(event, { secret }),
      }),
  };
}

function madeUpKeys(): CodecommitKeys {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
