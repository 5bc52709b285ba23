import { Refusal } from '../errors.ts';
import type { Change, Interpretation } from './change.ts';
import type { CheckRequest } from './check-request.ts';
import type { CheckReport, CheckRun } from './check-run.ts';
import type { CommentAnswer, CommentRequest } from './comment-command.ts';
import type { CommitStatus } from './commit-status.ts';
import type { RecordedDelivery } from './delivery-queue.ts';

/**
 * PORT. A place that hosts repositories: it says what its deliveries ask for, where their code is, and takes
 * the results. One per provider.
 */
export type Forge = {
  /** Pure: what a recorded delivery asks to be built, or why nothing. Throws a `Refusal` when malformed. */
  interpret(delivery: Pick<RecordedDelivery, 'event' | 'body'>): Interpretation;
  /** Pure: what a delivery asks of runs that there are, if that is what it is for. Throws a `Refusal` when malformed. */
  requestOf?(delivery: Pick<RecordedDelivery, 'event' | 'body'>): CheckRequest | undefined;
  /** Pure: the command that a comment on a pull request is, if the delivery is of one. Throws a `Refusal` when malformed. */
  commentOf?(delivery: Pick<RecordedDelivery, 'event' | 'body'>): CommentRequest | undefined;
  /** The commit that a pull request stands at; undefined when it is not open any more. Rejects as `postStatus` does. */
  pullRequestHead?(
    repository: string,
    number: number,
    options: { signal: AbortSignal },
  ): Promise<string | undefined>;
  /** Once for each id, also when it was cut off before. Rejects as `postStatus` does. */
  answerComment?(answer: CommentAnswer, options: { signal?: AbortSignal }): Promise<void>;
  /**
   * Makes the one comment of ours below a pull request say this, also when one was cut off before and when somebody deleted
   * it. Rejects as `postStatus` does.
   */
  postComment?(
    place: { repository: string; pullRequest: number },
    text: string,
    options: { signal?: AbortSignal },
  ): Promise<void>;
  /** Names of statuses and checks that a branch requires of what is merged into it. Rejects as `postStatus` does. */
  requiredChecks?(
    repository: string,
    branch: string,
    options: { signal: AbortSignal },
  ): Promise<readonly string[]>;
  /** Whether the account may write to the repository. Rejects as `postStatus` does. */
  mayWrite?(repository: string, login: string, options: { signal: AbortSignal }): Promise<boolean>;
  /** Where the code of a change is fetched from, built from the settings and the repository's name alone. */
  sourceOf(change: RepositoryPlace & Pick<Change, 'ref' | 'sha'>): CodeSource;
  /** Minted now, for this repository only, short-lived where the provider can. */
  cloneCredential(
    place: RepositoryPlace,
    options: { signal?: AbortSignal },
  ): Promise<CloneCredential | undefined>;
  /**
   * The open pull requests of a repository as what their events would ask for, the newest first and all of them or, of
   * very many, the newest. Absent where there are none or nobody to ask for them. Rejects as `postStatus` does.
   */
  openPullRequests?(repository: string, options: { signal: AbortSignal }): Promise<Change[]>;
  /**
   * Absent where the provider has no commit statuses. Rejects with `ForgeRefusal` when it will never take this one,
   * with anything else to be tried again.
   */
  postStatus?(status: CommitStatus, options: { targetUrl: string; signal?: AbortSignal }): Promise<void>;
  /**
   * Takes the place of `postStatus` for every run that is made while it is there. Makes one check run for each external
   * id, also when it is called twice at once or was cut off before; rejects as `postStatus` does.
   */
  postCheck?(
    check: CheckRun,
    report: CheckReport,
    options: { targetUrl: string; signal?: AbortSignal },
  ): Promise<void>;
};

/** As much of a change as says where its repository is. */
export type RepositoryPlace = Pick<Change, 'repository' | 'codecommit'>;

export type CodeSource = { repository: string; cloneUrl: string; ref: string; sha: string };
export type CloneCredential = {
  username: string;
  password: string;
  /** The host did not take it: the next one is another. Absent where there is no other. */
  drop?: () => void;
};

/** PORT. Reads files of one commit, after making sure that the commit is on the reference its change names. */
export type PipelineSource = {
  /**
   * Missing paths are left out. `root` is what lies in the root folder, the names of folders with a `/` at the end.
   * Rejects with a `SourceRefusal` whose code says why.
   */
  read(
    source: CodeSource & { credential?: CloneCredential },
    paths: readonly string[],
    options: { signal?: AbortSignal },
  ): Promise<{ files: ReadonlyMap<string, string>; root: readonly string[]; commit: CommitFacts }>;
};

/** What the commit itself says; not every provider's events do. */
export type CommitFacts = {
  /** Of the commit that the source's id leads to, which for an annotated tag is not that id. */
  sha: string;
  subject: string;
  message: string;
  authorName: string;
  authorEmail: string;
  committerEmail?: string;
};

/**
 * Why the code of a change cannot be read. `unreachable` and `timeout` may pass, and are tried again; a commit that
 * left its reference (`moved`) needs no run any more; the rest ends the run in `error`.
 */
export const sourceRefusalCodes = ['unreachable', 'timeout', 'moved', 'refused', 'damaged'] as const;
export class SourceRefusal extends Refusal<(typeof sourceRefusalCodes)[number]> {}

/**
 * The provider understood and will never take it: the token lacks a right, the commit is unknown to it. `not-found`: what
 * is named is not there, or not for us.
 */
export class ForgeRefusal extends Refusal<'refused' | 'not-found'> {}

/** PORT. Secrets of repositories, opened. */
export type SecretVault = {
  /** The named ones that exist; with `everySecret` among the names all there are. */
  open(repository: string, names: readonly string[]): Promise<Record<string, string>>;
};
