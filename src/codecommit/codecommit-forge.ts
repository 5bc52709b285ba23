import { messageOf } from '../errors.ts';
import type { Interpretation } from '../runs/change.ts';
import { type CloneCredential, type Forge, type RepositoryPlace, SourceRefusal } from '../runs/forge.ts';

export type AwsKeys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

export type CodecommitForgeOptions = {
  interpret: (delivery: { payload: unknown }) => Interpretation;
  /** In place of `https://git-codecommit.<region>.amazonaws.com`. */
  gitUrl?: string;
  /** As the AWS SDK finds them, asked for each time: they may be short-lived themselves. */
  keys: () => Promise<AwsKeys>;
  mint: (
    identity: AwsKeys & { region: string; host: string; repository: string; now: Date },
  ) => CloneCredential;
  now: () => number;
};

/** AWS CodeCommit: clones by a signature made of AWS keys. It has no commit statuses. */
export function createCodecommitForge(options: CodecommitForgeOptions): Forge {
  const baseOf = (change: RepositoryPlace) =>
    options.gitUrl ?? `https://git-codecommit.${regionOf(change)}.${domainOf(regionOf(change))}`;

  return {
    interpret: ({ body }) =>
      options.interpret({ payload: JSON.parse(Buffer.from(body).toString('utf8')) as unknown }),

    sourceOf: (change) => ({
      repository: change.repository,
      cloneUrl: `${baseOf(change)}/v1/repos/${change.repository}`,
      ref: change.ref,
      sha: change.sha,
    }),

    async cloneCredential(change) {
      const keys = await options.keys().catch((error: unknown) => {
        throw new SourceRefusal(
          'unreachable',
          `no AWS keys to clone ${change.repository} with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role (${messageOf(error)})`,
          { cause: error },
        );
      });
      const { host } = new URL(baseOf(change));
      const { repository } = change;
      return options.mint({
        ...keys,
        repository,
        host,
        region: regionOf(change),
        now: new Date(options.now()),
      });
    },
  };
}

/** https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html */
function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

function regionOf(change: RepositoryPlace): string {
  if (!change.codecommit) throw new Error(`a change of ${change.repository} that names no region`);
  return change.codecommit.region;
}
