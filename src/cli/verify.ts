import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { provenanceFileName, type Statement, verifyProvenance } from '../contract/provenance.ts';
import { type PublicKey, readPublicKey } from '../contract/signing-key.ts';
import { messageOf } from '../errors.ts';
import { callService, fetchText } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

export const verify: Command = {
  usage: 'FILE [--provenance P] [--key K]',
  summary: 'proves that a file is an artifact that hookline built, and says what it was built from',
  details:
    '--provenance FILE|URL   what was stored beside the artifact; FILE.intoto.json unless given\n' +
    '--key FILE              the public key of the installation, as `hookline keys --signing` prints it;\n' +
    '                        with it and a FILE nobody is asked. Unless given, the service is, which must then be trusted',
  async run(args) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: { provenance: { type: 'string' }, key: { type: 'string' } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageRefusal('usage', 'name one file to verify');
    const sha256 = await sha256Of(file);
    const given = values.provenance ?? provenanceFileName(file);
    const envelope = await (/^https?:\/\//.test(given) ? fetchText(given) : read(given));
    const key = await (values.key === undefined ? keyOfService() : readPublicKey(read(values.key)));
    const statement = verifyProvenance(envelope, sha256, key);
    for (const line of linesOf(statement, basename(file), sha256, key)) {
      // Strangers' words must not steer the terminal.
      console.log(line.replaceAll(/\p{Cc}/gu, ' '));
    }
    return 0;
  },
};

async function keyOfService(): Promise<PublicKey> {
  const { pem } = (await (await callService('/api/v1/signing-key')).json()) as { pem: string };
  return readPublicKey(pem);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw new UsageRefusal('usage', `${file} cannot be read: ${messageOf(error)}`);
  }
  return hash.digest('hex');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageRefusal('usage', `${file} cannot be read: ${messageOf(error)}`);
  }
}

function linesOf({ subject, predicate }: Statement, file: string, sha256: string, key: PublicKey): string[] {
  const { buildDefinition, runDetails } = predicate;
  const { repository, ref, event, pullRequest, pipeline: from, job } = buildDefinition.externalParameters;
  const { runNumber, attempt, runner, isolation } = buildDefinition.internalParameters;
  const { builder, metadata } = runDetails;
  const [source, ...images] = buildDefinition.resolvedDependencies;
  const change = pullRequest === undefined ? event : `${event} #${pullRequest}`;
  const where = runner === undefined ? '' : ` on ${runner.name} (${runner.id})`;
  return [
    `${file} is ${subject[0]?.name} as it was built: SHA-256 ${sha256}, signed with the key ${key.id}`,
    `  repository  ${repository}, ${ref} (${change})`,
    `  commit      ${digestText(source)}${source?.uri === undefined ? '' : ` of ${source.uri}`}`,
    `  pipeline    ${from.file}, sha256:${from.digest['sha256']}`,
    `  job         ${job}, run #${runNumber}, attempt ${attempt}${where}${isolation ? ', without a container' : ''}`,
    ...images.map((image) => `  ${image.name}  ${digestText(image)}`),
    `  time        ${metadata.startedOn ?? 'not known'} to ${metadata.finishedOn ?? 'not known'}`,
    `  builder     ${builder.id}, hookline ${builder.version['hookline']}`,
    `  run         ${metadata.invocationId}`,
  ];
}

function digestText(dependency: { digest?: Record<string, string> | undefined } | undefined): string {
  return Object.values(dependency?.digest ?? {}).join(' ') || 'not known';
}
