/**
 * What a delivery asks to be built: one commit, under one reference, of one repository. The words are the same
 * for every provider; what a provider does not say is absent, or empty where the comment says so.
 *
 * Names, references and commit ids have been checked by the interpreter that made the change: they are safe in a
 * path, a URL and an argument list. Titles, messages and people's names are text of strangers.
 */
export type Change = {
  provider: 'github' | 'codecommit' | 'git';
  event: 'push' | 'tag' | 'pull_request' | 'merge_group' | 'release' | 'dispatch' | 'schedule';
  /** `owner/name` on GitHub; CodeCommit repositories have no owner and are named by `name` alone. */
  repository: string;
  /** The whole reference to fetch: `refs/heads/main`, `refs/tags/v1` or `refs/pull/7/head`. */
  ref: string;
  /**
   * The commit, in lower-case hex. An annotated tag's own object id can stand here where the provider does not
   * say which commit it points to (CodeCommit): peel it (`<sha>^{commit}`) after fetching `ref`.
   */
  sha: string;
  /** Where the reference stood before; absent when it is new or the provider does not say (CodeCommit). */
  before?: string;
  /** The branch pushed or scheduled; absent for tags and pull requests. */
  branch?: string;
  /** The tag pushed. */
  tag?: string;
  pullRequest?: PullRequest;
  /** The branch that a merge queue is to bring the commit to. */
  mergeGroup?: { baseBranch: string };
  /** What became of a release, such as `published`. Its tag is the change's. */
  release?: { action: string };
  /** What somebody sent by the API: a type of their own, and JSON. */
  dispatch?: { type: string; payload: string };
  /** True when strangers may have written the commit: no secrets and no run before an approval. */
  fork: boolean;
  /** The commit's subject or the pull request's title; empty where the provider sends none (CodeCommit). */
  title: string;
  /** The commit's whole message or the pull request's description; may be empty. */
  message: string;
  author: { name: string; email?: string; login?: string };
  /** The account that caused the event, which need not be the commit's author. */
  sender?: string;
  /** True when history was rewritten; absent otherwise. */
  forced?: boolean;
  defaultBranch?: string;
  /** Whose time it was. */
  schedule?: ScheduledTime;
  /** Where a CodeCommit repository lives: its name alone is unique only within these two. */
  codecommit?: { region: string; account: string };
};

export type ScheduledTime = {
  /** Five fields. */
  cron: string;
  timezone: string;
  dueAtMs: number;
  /** This run is also for the times that passed since then while nobody was there. */
  missedSinceMs?: number;
};

export type PullRequest = {
  number: number;
  title: string;
  /** Null when the fork the request came from has been deleted. */
  headRepository: string | null;
  headBranch: string;
  baseBranch: string;
  baseSha: string;
  fork: boolean;
  draft: boolean;
  /** Names of its labels; absent where there is none. */
  labels?: string[];
  /** The label it has just been given, when that is the event. */
  labeled?: string;
};

/**
 * What a delivery comes to: changes to build, or one reason, in words a person understands, why it builds nothing.
 * A delivery that names several references can be both: the references left out stand in `leftOut`.
 */
export type Interpretation =
  | { changes: Change[]; leftOut?: { ref: string; reason: string }[]; deleted?: DeletedBranch[] }
  | { ignored: string; deleted?: DeletedBranch[]; skipped?: NamedHead[]; over?: OverChange; lookUp?: LookUp };

/** To be built is what the reference stands at now, for the provider does not say which commit that is. */
export type LookUp = Omit<Change, 'sha'>;

/** A commit that the delivery names, and that its author does not want to be built. */
export type NamedHead = Pick<
  Change,
  'provider' | 'repository' | 'ref' | 'sha' | 'codecommit' | 'defaultBranch'
>;

/** What nobody waits for any more: runs of this pull request, or of this commit of a merge queue, are ended. */
export type OverChange = {
  repository: string;
  of: { pullRequest: number } | { event: 'merge_group'; sha: string };
  by: string;
  why: string;
};

/** A branch that the delivery says is gone, by its short name. */
export type DeletedBranch = { repository: string; name: string };
