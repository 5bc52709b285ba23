import { stripVTControlCharacters, styleText } from 'node:util';
import { durationText, type Fact, factLines, tableLines, wrapHard, wrapWords } from './layout.ts';

/** What the demo says. Plain text where the output is no terminal; colours also yield to `NO_COLOR`. */
export type Terminal = {
  title(name: string, text: string): void;
  /** Opens a chapter. */
  act(text: string): void;
  /** What a person would type. */
  command(text: string): void;
  /** Something is so, and perhaps how long it took. */
  good(text: string, tookMs?: number): void;
  bad(text: string): void;
  note(text: string): void;
  /** A commit status, in the colour that the git host would give it. */
  status(state: 'pending' | 'success' | 'failure' | 'error', text: string): void;
  /** A line of a job's log. */
  log(job: string, text: string): void;
  /** An empty line. */
  line(): void;
  facts(facts: readonly Fact[]): void;
  table(headers: readonly string[], rows: readonly (readonly string[])[]): void;
};

type Style = Parameters<typeof styleText>[0];

const indent = '  ';
const statusColours = { pending: 'yellow', success: 'green', failure: 'red', error: 'red' } as const;

export function openTerminal(stream: NodeJS.WriteStream = process.stdout): Terminal {
  const width = () => (stream.isTTY ? Math.max(20, stream.columns || 80) - indent.length : Infinity);
  const paint = (style: Style, text: string) => styleText(style, text, { stream });
  const write = (line = '') => stream.write(`${line}\n`);
  const indented = (line: string) => write(line === '' ? '' : `${indent}${line}`);
  let acts = 0;

  const marked = (mark: string, style: Style, text: string, tookMs?: number) => {
    const took = tookMs === undefined ? '' : `  ${durationText(tookMs)}`;
    const [first = '', ...rest] = wrapWords(text, width() - 2 - took.length);
    indented(`${paint(style, mark)} ${first}${rest.length === 0 ? paint('dim', took) : ''}`);
    rest.forEach((line, at) => {
      indented(`  ${line}${at === rest.length - 1 ? paint('dim', took) : ''}`);
    });
  };

  return {
    title(name, text) {
      write();
      indented(paint(['bold', 'cyan'], name));
      for (const line of wrapWords(text, width())) indented(paint('dim', line));
    },
    act(text) {
      acts += 1;
      write();
      const lines = wrapWords(`${acts}. ${text}`, width());
      for (const line of lines) indented(paint('bold', line));
    },
    command: (text) => indented(`${paint('dim', '$')} ${paint('cyan', text)}`),
    good: (text, tookMs) => marked('✓', 'green', text, tookMs),
    bad: (text) => marked('✗', 'red', text),
    status: (state, text) => marked('●', statusColours[state], text),
    note(text) {
      for (const line of wrapWords(text, width() - 2)) indented(`  ${paint('dim', line)}`);
    },
    log(job, text) {
      const prefix = `  ${job} │ `;
      // What a job prints is not trusted with anybody's terminal.
      const shown = stripVTControlCharacters(text).replaceAll('\t', '  ');
      for (const piece of wrapHard(shown, width() - prefix.length)) {
        indented(`${paint('dim', prefix)}${piece}`.trimEnd());
      }
    },
    line: () => write(),
    facts(facts) {
      for (const line of factLines(facts, width())) indented(line);
    },
    table(headers, rows) {
      const lines = tableLines(headers, rows, width());
      const asTable = lines.length === rows.length + 1;
      lines.forEach((line, at) => {
        indented(asTable && at === 0 ? paint('dim', line) : line);
      });
    },
  };
}
