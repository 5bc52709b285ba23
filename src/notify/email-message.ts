import { failureLines, lineOf, placeText, type RunReport, tookText } from './run-report.ts';

export type Letter = { subject: string; text: string; messageId: string; headers: Record<string, string> };

const longestSubject = 180;

/** A letter of plain text. What strangers wrote stands on lines of its own, and never begins one of the head. */
export function emailMessage({ id, run, word, runUrl }: RunReport, from: string): Letter {
  const { change } = run;
  const took = tookText(run);
  const subject = lineOf(`${word}: ${run.repository} #${run.number} (${placeText(run)}) ${change.title}`);
  const failures = failureLines(run);
  const lines = [
    `Run #${run.number} of ${run.repository}: ${word}${took === '' ? '' : `, in ${took}`}`,
    runUrl,
    '',
    `  ${change.pullRequest ? 'Pull request' : change.tag === undefined ? 'Branch' : 'Tag'}: ${lineOf(placeText(run))}`,
    `  Commit: ${change.sha}`,
    `  Title:  ${lineOf(change.title)}`,
    `  Author: ${lineOf(change.author.name)}`,
    ...(failures.length === 0 ? [] : ['', 'What went wrong:', ...failures.map((line) => `  ${line}`)]),
  ];
  const domain = /@([A-Za-z0-9.-]+)>?$/.exec(from.trim())?.[1] ?? 'hookline.invalid';
  return {
    subject:
      subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 1).toWellFormed()}…`,
    text: `${lines.join('\n')}\n`,
    // The same in each try, so that who reads mail shows one that was sent twice once.
    messageId: `<${id}@${domain}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Hookline-Repository': run.repository,
      'X-Hookline-Result': word,
    },
  };
}
