import type { Document, YAMLError } from 'yaml';
import { visit } from 'yaml';

/** What a YAML fault means to the writer of a pipeline, and where. */
export type SyntaxFault = { range: readonly [number, number]; message: string; expected: string };

/**
 * Faults in words of the pipeline's writer. The parser's own words are kept where nothing better is known;
 * the codes are those of the `yaml` package.
 */
export function describeSyntaxErrors(
  document: Document,
  faults: readonly YAMLError[],
  source: string,
): SyntaxFault[] {
  const openings = faults.some(isUnclosed) ? openingsByEnd(document) : new Map<number, number[]>();
  // What goes wrong at one place goes wrong there once: the second fault follows from the first.
  const seen = new Set<number>();
  return faults.flatMap((fault) => {
    const opening = isUnclosed(fault) ? openings.get(fault.pos[0])?.pop() : undefined;
    const at = opening ?? fault.pos[0];
    if (seen.has(at)) return [];
    seen.add(at);
    if (opening === undefined) return [{ range: fault.pos, ...describe(fault, source) }];
    const mark = source[opening] ?? '';
    const expected = `the closing ${closing[mark] ?? mark}`;
    return [{ range: [opening, opening + 1], message: `${mark} is never closed`, expected }];
  });
}

const closing: Record<string, string> = { '[': ']', '{': '}' };

function isUnclosed({ code, message }: YAMLError): boolean {
  return (code === 'MISSING_CHAR' && message.includes('closing')) || message.includes('and end with a ');
}

/** The parser reports what is unclosed where it gave up; people look for where it was opened. Inner ones last. */
function openingsByEnd(document: Document): Map<number, number[]> {
  const openings = new Map<number, number[]>();
  const add = (range: readonly number[] | null | undefined) => {
    const [start, end] = range ?? [];
    if (start === undefined || end === undefined) return;
    openings.set(end, [...(openings.get(end) ?? []), start]);
  };
  visit(document, {
    Collection: (_, node) => (node.flow === true ? add(node.range) : undefined),
    Scalar: (_, node) => (node.type?.startsWith('QUOTE') ? add(node.range) : undefined),
  });
  return openings;
}

function describe({ code, message: parserMessage, pos }: YAMLError, source: string) {
  const [firstLine = ''] = parserMessage.split('\n');
  const message = firstLine.charAt(0).toLowerCase() + firstLine.slice(1);
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab in the indentation', expected: 'spaces: YAML forbids tabs there' };
    case 'TAG_RESOLVE_FAILED': {
      const [tag = '!'] = /^![^\s,\]}]*/.exec(source.slice(pos[0], pos[0] + 80)) ?? [];
      return {
        message: `${tag} without quotes is a YAML tag`,
        expected: `'${tag}' in quotes, if a pattern that begins with ! is meant`,
      };
    }
    case 'MULTIPLE_DOCS':
      return { message: 'a second document', expected: 'one document: remove the line ---' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { message, expected: 'quotes around a text that holds ": ", or keys of one map in one column' };
    case 'BAD_ALIAS':
      return { message, expected: 'quotes around a text that begins with *' };
    case 'BAD_DQ_ESCAPE':
      return { message, expected: 'single quotes, or \\\\ for a backslash between double quotes' };
    case 'BAD_INDENT':
      return { message, expected: 'items of one list or map in one column' };
    default:
      return { message, expected: 'valid YAML 1.2' };
  }
}
