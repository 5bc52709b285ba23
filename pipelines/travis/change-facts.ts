import type { Facts } from './expression.ts';

/** What is known of a change, in hookline's words. */
type Change = {
  event: 'push' | 'tag' | 'pull_request' | 'merge_group' | 'release' | 'dispatch' | 'schedule';
  branch?: string;
  tag?: string;
  baseBranch?: string;
  fork?: boolean;
  about?: {
    repository: string;
    message: string;
    sender?: string;
    headRepository?: string;
    headBranch?: string;
  };
};

/** In Travis's words: the branch of a pull request is the one it is to be merged into, that of a tag the tag. */
export function factsOf({ event, branch, tag, baseBranch, fork, about }: Change): Facts {
  const isRequest = event === 'pull_request';
  return {
    type: isRequest ? 'pull_request' : event === 'schedule' ? 'cron' : 'push',
    branch: (isRequest ? baseBranch : event === 'tag' ? tag : branch) ?? '',
    tag: tag ?? '',
    repo: about?.repository ?? '',
    commit_message: about?.message ?? '',
    sender: about?.sender ?? '',
    fork: String(fork === true),
    head_repo: about?.headRepository ?? (isRequest ? (about?.repository ?? '') : ''),
    head_branch: about?.headBranch ?? (isRequest ? (branch ?? '') : ''),
    os: 'linux',
  };
}
