import { type FailedTest, longest } from '../../src/contract/job-reports.ts';
import type { TestPlace } from './place-of-test.ts';
import type { TestCase } from './read-junit.ts';
import type { TellText } from './told-text.ts';

/** What is told of a test that failed or broke. */
export function failedTest(test: TestCase, { file, line }: TestPlace, tell: TellText): FailedTest {
  // A name that had to be cut or masked is no file's.
  const isTold = file !== undefined && tell(file, longest.file) === file;
  return {
    kind: test.outcome === 'error' ? 'error' : 'failure',
    name: tell(oneLine(test.name), longest.name),
    suite: tell(oneLine(test.className || (test.suites.at(-1) ?? '')), longest.name),
    message: tell(messageOf(test), longest.message, test.isWhole),
    ...(isTold ? { file } : {}),
    ...(isTold && line !== undefined ? { line } : {}),
  };
}

/** What the attribute says, and the element besides; many tools say the one again at the beginning of the other. */
function messageOf({ message, detail }: TestCase): string {
  const [said, more] = [message.trim(), detail.trim()];
  if (said === '' || more === '') return said || more;
  return more.slice(0, said.length + 200).includes(said) ? more : `${said}\n${more}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
