/** What somebody asks of the runs of a pull request by the first line of a comment. */
export type CommentCommand =
  | { type: 'retry' }
  | { type: 'cancel' }
  | { type: 'approve' | 'reject'; sha: string; job?: string }
  | { type: 'help' }
  /** It is meant as a command, and is none. */
  | { type: 'mistake'; message: string };

export type CommentRequest = {
  repository: string;
  pullRequest: number;
  commentId: number;
  /** The account that wrote it, as the forge knows it. */
  by: string;
  command: CommentCommand;
};

/** What a comment is answered: a sign beside it, and words where the sign does not say enough. */
export type CommentAnswer = {
  provider: string;
  /** The same however often it is given: of one comment there is one. */
  id: string;
  repository: string;
  pullRequest: number;
  commentId: number;
  sign: 'taken' | 'refused';
  /** Markdown in which nothing of strangers has a meaning. */
  text?: string;
};

export const commandWords = ['retry', 'cancel', 'approve', 'reject', 'help'] as const;

/** What `/hookline help` answers. */
export const commandHelp = [
  'hookline takes these, as the first line of a comment, from those who may write to this repository:',
  '',
  '- `/hookline retry` runs again what did not succeed; where everything did, all of it',
  '- `/hookline cancel` ends what is running',
  '- `/hookline approve COMMIT` lets the runs of this very commit go on; `/hookline reject COMMIT` ends them. ' +
    'The commit is its whole id. A job that asks for an approval of its own may be named behind it',
  '- `/hookline help`',
].join('\n');

const wholeId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** The command that a comment is; undefined for every other comment. Pure. */
export function parseCommentCommand(body: string): CommentCommand | undefined {
  const [line = ''] = body.split(/\r?\n/, 1);
  const [name, word = 'help', ...rest] = line.trimEnd().split(/[ \t]+/);
  if (name !== '/hookline') return undefined;
  const command = commandWords.find((known) => known === word.toLowerCase());
  if (command === undefined) {
    const shown = word.slice(0, 40).toWellFormed();
    return mistake(`there is no command "${shown}"; ${commandWords.join(', ')} are what there is`);
  }
  if (command === 'approve' || command === 'reject') return decision(command, rest);
  return rest.length === 0 ? { type: command } : mistake(`${command} takes nothing behind it`);
}

/** Other commits can be made that begin like a short id, so that only a whole one names what was looked at. */
function decision(type: 'approve' | 'reject', [sha = '', ...job]: readonly string[]): CommentCommand {
  if (!wholeId.test(sha)) return mistake(`${type} wants the whole id of the commit behind it, all 40 digits`);
  return { type, sha: sha.toLowerCase(), ...(job.length === 0 ? {} : { job: job.join(' ') }) };
}

function mistake(message: string): CommentCommand {
  return { type: 'mistake', message };
}
