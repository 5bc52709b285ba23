import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';
import { decodeEntities, openEntityAt } from './xml-entities.ts';
import { readTag, tagEnd } from './xml-tag.ts';

export type XmlHandler = {
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  /** A piece of the text of the innermost element: the next one may go on with the same word. */
  text(text: string): void;
  close(name: string): void;
};

/** One tag, comments and CDATA aside, is held in memory as a whole, and so are the names of the elements around it. */
const longestTag = 1024 * 1024;
const longestName = 1_000;
const deepest = 200;

const opener = /^<(?:\?|!--|!\[CDATA\[|!DOCTYPE|\/|[^!?/])/;
const longestOpener = '<![CDATA['.length;

/** What stands between `<…` and its end is handed on, or left out, without being held. */
const spans = {
  '<![CDATA[': { end: ']]>', isText: true },
  '<!--': { end: '-->', isText: false },
  '<?': { end: '?>', isText: false },
} as const;
type Span = (typeof spans)[keyof typeof spans];

/**
 * Reads XML 1.0 piece by piece, in bounded memory and in time that grows with the length. Nothing is ever fetched or
 * expanded: a document type is passed over, one that declares something is refused, and of entities there are the five of
 * XML and characters by number. Prefixes of names are left off. What is not well-formed is refused with its line.
 */
export function createXmlReader(handler: XmlHandler): ReportReader {
  const stack: string[] = [];
  let held = '';
  let span: Span | undefined;
  let hasRoot = false;
  let line = 1;

  function malformed(what: string, at = 0): ReportRefusal {
    return new ReportRefusal('malformed', `${what} in line ${line + countLines(held.slice(0, at))}`);
  }

  /** Handles what stands at `at`; returns where the next thing begins, or nothing when more has to come first. */
  function step(at: number): number | undefined {
    if (span) return inSpan(at, span);
    if (held[at] !== '<') return inText(at);
    const rest = held.slice(at, at + longestOpener);
    const [begin] = opener.exec(rest) ?? [];
    if (begin === undefined) {
      if (rest.length < longestOpener) return undefined;
      throw malformed('markup that is not known', at);
    }
    if (begin in spans) {
      span = spans[begin as keyof typeof spans];
      if (span.isText && stack.length === 0) throw malformed('text outside of the root element', at);
      return at + begin.length;
    }
    const end = tagEnd(held, at);
    if (end === undefined) {
      if (held.length - at > longestTag)
        throw new ReportRefusal('too-large', `a tag of more than 1 MiB in line ${line}`);
      return undefined;
    }
    const inner = held.slice(at + 1, end);
    if (begin === '<!DOCTYPE') passOver(inner, at);
    else if (begin === '</') close(inner.slice(1).trimEnd(), at);
    else open(inner, at);
    return end + 1;
  }

  function inSpan(at: number, { end, isText }: Span): number | undefined {
    const found = held.indexOf(end, at);
    // What may be the beginning of the end waits for the rest of it.
    const until = found >= 0 ? found : Math.max(at, held.length - end.length + 1);
    if (isText && until > at) handler.text(held.slice(at, until));
    if (found >= 0) {
      span = undefined;
      return found + end.length;
    }
    return until > at ? until : undefined;
  }

  function inText(at: number): number | undefined {
    const next = held.indexOf('<', at);
    const until = next >= 0 ? next : openEntityAt(held, at);
    if (until === at) return undefined;
    const text = held.slice(at, until);
    if (stack.length > 0) handler.text(decode(text, at));
    else if (text.trim() !== '') throw malformed('text outside of the root element', at);
    return until;
  }

  function decode(text: string, at: number): string {
    const decoded = decodeEntities(text);
    if (decoded === undefined) throw malformed('an entity that is none of XML', at);
    return decoded;
  }

  function open(inner: string, at: number): void {
    const tag = readTag(inner);
    if (typeof tag === 'string') throw malformed(tag, at);
    if (tag.name.length > longestName) throw malformed('a name of more than 1000 characters', at);
    if (stack.length === 0 && hasRoot) throw malformed('a second root element', at);
    if (stack.length >= deepest) throw malformed(`more than ${deepest} elements inside one another`, at);
    hasRoot = true;
    handler.open(localName(tag.name), tag.attributes);
    if (tag.isEmpty) handler.close(localName(tag.name));
    else stack.push(tag.name);
  }

  function close(name: string, at: number): void {
    const opened = stack.pop();
    if (opened !== name) {
      throw malformed(
        `</${name.slice(0, 40)}> where ${opened === undefined ? 'nothing' : `<${opened}>`} is open`,
        at,
      );
    }
    handler.close(localName(name));
  }

  function passOver(inner: string, at: number): void {
    if (hasRoot) throw malformed('a document type behind its place', at);
    // JaCoCo names a document type that declares nothing, and Pester an empty list of declarations.
    if (/\[\s*[^\s\]]/.test(inner)) {
      throw new ReportRefusal(
        'unsupported',
        `a document type that declares something in line ${line}: only plain XML is read`,
      );
    }
  }

  return {
    write(text) {
      held += text;
      let at = 0;
      while (at < held.length) {
        const next = step(at);
        if (next === undefined) break;
        at = next;
      }
      line += countLines(held.slice(0, at));
      held = held.slice(at);
    },
    end() {
      const isEmpty = held.trim() === '' && span === undefined;
      if (isEmpty && stack.length === 0 && hasRoot) return;
      const within = stack.length === 0 ? '' : ` within <${stack.at(-1)}>`;
      const isNothing = isEmpty && !hasRoot;
      throw new ReportRefusal(
        'malformed',
        isNothing ? 'there is nothing in it' : `it ends${within} in line ${line}`,
      );
    },
  };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
