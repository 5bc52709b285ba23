/**
 * GitHub's five and Travis's, whose `travis` may also be `travis ci`, `travis-ci` or `travisci`; in any case, as
 * Woodpecker takes them.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
 * https://docs.travis-ci.com/user/customizing-the-build/#skipping-a-build
 */
const token =
  /\[(?:(?:skip|no) ci|ci skip|skip actions|actions skip|skip travis(?:[ -]?ci)?|travis(?:[ -]?ci)? skip)\]/i;

/**
 * The words in a commit's message that ask for it not to be built, as they stand there. GitHub's trailer counts as
 * the last line of the last paragraph: git folds the two empty lines its manual wants into one.
 *
 * The message that counts is the head commit's. A pull request's payload does not carry it: whoever fetches the
 * commit asks then.
 */
export function findSkipToken(message: string): string | undefined {
  const inBrackets = token.exec(message)?.[0];
  if (inBrackets !== undefined) return inBrackets;
  const text = message.trimEnd();
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const isTrailer = /^skip-checks:[ \t]*true$/i.test(lastLine) && /\n[ \t\r]*\n/.test(text);
  return isTrailer ? lastLine : undefined;
}
