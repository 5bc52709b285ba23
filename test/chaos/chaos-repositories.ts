import { join } from 'node:path';
import type { GitHost } from '../githost/git-host.ts';
import { git } from '../githost/git-program.ts';
import { pipelineFor, unwantedPipeline } from './change-kinds.ts';
import type { EffectDoor } from './effect-door.ts';
import { kindOf, type PlannedDelivery } from './plan-deliveries.ts';

export type ChaosRepository = {
  readonly name: string;
  /** The commit of each delivery that asks for a run, on a branch of the delivery's name. */
  readonly commits: ReadonlyMap<string, string>;
  /** The commit of a branch that builds nothing. */
  readonly unwanted: string;
};

type File = { path: string; text: string; executable?: true };

/**
 * One repository with all commits that will be announced, written at once. Each has a commit of its own, so that each
 * run has its own statuses.
 */
export async function makeChaosRepository(
  host: GitHost,
  options: {
    directory: string;
    name: string;
    /** The image of real containers, and where their steps say what they do; none where all jobs are scripted. */
    containers?: { image: string; door: Pick<EffectDoor, 'host' | 'port'> } | undefined;
    planned: readonly PlannedDelivery[];
    /** Where its deployments install to, and the file that their hook writes to. */
    destination: string;
    hookFile: string;
  },
): Promise<ChaosRepository> {
  const { name, containers, destination, hookFile } = options;
  const image = containers?.image ?? 'debian:12';
  await host.createRepository(name);
  const bare = join(options.directory, `${name}.git`);
  const deployed: File[] = [
    { path: 'appspec.yml', text: appspec(destination) },
    { path: 'scripts/installed.sh', text: hookScript(hookFile), executable: true },
  ];
  const changes = options.planned.flatMap((delivery) => {
    const kind = delivery.repository === name && delivery.expects === 'run' ? kindOf(delivery) : undefined;
    return kind ? [{ branch: delivery.id, pipeline: kind.pipeline }] : [];
  });
  const noted = containers
    ? [{ path: 'note.sh', text: noteScript(containers.door), executable: true as const }]
    : [];
  const all = [...changes, { branch: 'topic', pipeline: unwantedPipeline }];
  const stream = all.map(({ branch, pipeline }) => {
    const file = { path: '.hookline.yml', text: pipelineFor(pipeline, image) };
    return importedCommit(branch, [file, ...deployed, ...noted]);
  });
  await git(bare, ['fast-import', '--quiet'], { input: stream.join('') });
  const listed = await git(bare, [
    'for-each-ref',
    '--format=%(refname:lstrip=2) %(objectname)',
    'refs/heads',
  ]);
  const tips = new Map(
    listed
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  const unwanted = tips.get('topic') ?? '';
  tips.delete('topic');
  return { name, commits: tips, unwanted };
}

/** https://git-scm.com/docs/git-fast-import: a commit without a parent, with its files in place. */
function importedCommit(branch: string, files: readonly File[]): string {
  const message = `Change ${branch}`;
  const lines = files.map(
    ({ path, text, executable }) =>
      `M ${executable ? '100755' : '100644'} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  return [
    `commit refs/heads/${branch}\ncommitter Ada <ada@example.com> 1700000000 +0000\n`,
    `data ${Buffer.byteLength(message)}\n${message}\n`,
    ...lines,
    '\n',
  ].join('');
}

function appspec(destination: string): string {
  return `version: 0.0
os: linux
file_exists_behavior: OVERWRITE
files:
  - source: out
    destination: ${destination}
hooks:
  AfterInstall:
    - location: scripts/installed.sh
      timeout: 30
`;
}

/** One short line, appended: what is written so is there once, whole, or not at all. */
function hookScript(hookFile: string): string {
  return `#!/bin/sh\necho "$DEPLOYMENT_ID" >> '${hookFile}'\n`;
}

/** `note.sh STEP COMMAND…`: says that the step begins, carries the command out, and says that it ended. */
function noteScript({ host, port }: Pick<EffectDoor, 'host' | 'port'>): string {
  return `#!/bin/bash
set -e
step=$1
shift
note() {
  exec 3<>/dev/tcp/${host}/${port}
  printf '{"type":"%s","jobId":"%s","roomId":"%s","attempt":%s,"step":%s,"atMs":0,"pid":0}\\n' \\
    "$1" "$HOOKLINE_JOB_ID" "$HOSTNAME" "$HOOKLINE_ATTEMPT" "$step" >&3
  read -r noted <&3
  exec 3>&-
}
note begin
"$@"
note end
`;
}
