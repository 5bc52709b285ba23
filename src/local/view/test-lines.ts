import type { JobReports } from '../../contract/job-reports.ts';
import { notNamed } from '../../contract/job-reports.ts';
import { placeOf, titleOf } from '../../runs/test-reports.ts';
import { plainText } from './paint.ts';

/** A test that did not pass: what it is called and where it stands, and the beginning of what it said. */
export type TestLines = { title: string; message: string[] };

const shownLines = 10;

export function testLines({ tests }: JobReports): { tests: TestLines[]; more: number } {
  if (!tests) return { tests: [], more: 0 };
  const shown = tests.failures.map((test) => {
    const place = placeOf(test);
    const lines = test.message === '' ? [] : test.message.split('\n').map(plainText);
    return {
      title: plainText(place === '' ? titleOf(test) : `${titleOf(test)} (${place})`),
      message: lines.length > shownLines ? [...lines.slice(0, shownLines), '…'] : lines,
    };
  });
  return { tests: shown, more: notNamed(tests) };
}
