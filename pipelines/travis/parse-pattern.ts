export type Pattern =
  | { type: 'one'; test: (character: string) => boolean }
  | { type: 'place'; test: (text: string, at: number) => boolean }
  | { type: 'sequence' | 'choice'; parts: Pattern[] }
  | { type: 'repeat'; part: Pattern; least: number; most?: number };

const deepestNesting = 50;
const mostRepetitions = 1_000;

class PatternFault extends Error {}

/** Reads what people write in branch conditions: the common part of Ruby's and JavaScript's regular expressions. */
export function parsePattern(source: string): Pattern | { fault: string } {
  const ignoresCase = source.startsWith('(?i)');
  const text = ignoresCase ? source.slice(4) : source;
  let at = 0;
  let depth = 0;

  function choice(): Pattern {
    if (++depth > deepestNesting) throw new PatternFault('it is nested too deep');
    const parts = [sequence()];
    while (text[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    depth -= 1;
    return parts.length === 1 ? (parts[0] ?? { type: 'sequence', parts }) : { type: 'choice', parts };
  }

  function sequence(): Pattern {
    const parts: Pattern[] = [];
    while (at < text.length && text[at] !== '|' && text[at] !== ')') parts.push(repeated(one()));
    return { type: 'sequence', parts };
  }

  function repeated(part: Pattern): Pattern {
    const [written] = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(text.slice(at, at + 20)) ?? [];
    if (written === undefined) return part;
    at += written.length;
    if (/^[*+?]/.test(text.slice(at, at + 1))) throw new PatternFault('a repetition of a repetition');
    if (written.startsWith('*')) return { type: 'repeat', part, least: 0 };
    if (written.startsWith('+')) return { type: 'repeat', part, least: 1 };
    if (written.startsWith('?')) return { type: 'repeat', part, least: 0, most: 1 };
    const [, from = '0', comma, to] = /^\{(\d+)(,?)(\d*)\}/.exec(written) ?? [];
    const least = Number(from);
    const most = comma === '' ? least : to === '' ? undefined : Number(to);
    if (Math.max(least, most ?? 0) > mostRepetitions) throw new PatternFault('it repeats too much');
    return { type: 'repeat', part, least, ...(most === undefined ? {} : { most }) };
  }

  function one(): Pattern {
    const character = text[at++] ?? '';
    if (character === '(') return group();
    if (character === '[') return set();
    if (character === '\\') return escaped();
    if (character === '.') return { type: 'one', test: (each) => each !== '\n' };
    if (character === '^')
      return { type: 'place', test: (all, here) => here === 0 || all[here - 1] === '\n' };
    if (character === '$') {
      return { type: 'place', test: (all, here) => here === all.length || all[here] === '\n' };
    }
    if ('*+?'.includes(character)) throw new PatternFault(`${character} with nothing before it`);
    return exactly(character);
  }

  function group(): Pattern {
    if (text.startsWith('?:', at)) at += 2;
    else if (text[at] === '?') throw new PatternFault(`(${text.slice(at, at + 2)} is not supported`);
    const inner = choice();
    if (text[at++] !== ')') throw new PatternFault('a ( that is not closed');
    return inner;
  }

  function escaped(): Pattern {
    const letter = text[at++];
    if (letter === undefined) throw new PatternFault('a \\ at the end');
    if (letter === 'A') return { type: 'place', test: (_, here) => here === 0 };
    if (letter === 'z' || letter === 'Z') return { type: 'place', test: (all, here) => here === all.length };
    if (letter === 'b')
      return { type: 'place', test: (all, here) => isWord(all[here - 1]) !== isWord(all[here]) };
    if (/[1-9]/.test(letter)) throw new PatternFault(`\\${letter}, a reference to a group, is not supported`);
    return { type: 'one', test: testOf(letter) };
  }

  function set(): Pattern {
    const isInverted = text[at] === '^';
    if (isInverted) at += 1;
    const tests: ((character: string) => boolean)[] = [];
    for (let first = true; text[at] !== ']' || first; first = false) {
      const from = text[at++];
      if (from === undefined) throw new PatternFault('a [ that is not closed');
      if (from === '\\') tests.push(testOf(text[at++] ?? ''));
      else if (text[at] === '-' && text[at + 1] !== ']' && text[at + 1] !== undefined) {
        const to = text[at + 1] ?? '';
        at += 2;
        tests.push((each) => each >= from && each <= to);
      } else tests.push((each) => each === from);
    }
    at += 1;
    const test = (each: string) => tests.some((one) => one(each)) !== isInverted;
    return {
      type: 'one',
      test: ignoresCase ? (each) => test(each.toLowerCase()) || test(each.toUpperCase()) : test,
    };
  }

  function exactly(character: string): Pattern {
    if (!ignoresCase) return { type: 'one', test: (each) => each === character };
    return { type: 'one', test: (each) => each.toLowerCase() === character.toLowerCase() };
  }

  try {
    const pattern = choice();
    return at < text.length ? { fault: 'a ) too many' } : pattern;
  } catch (error) {
    if (error instanceof PatternFault) return { fault: error.message };
    throw error;
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}

function testOf(letter: string): (character: string) => boolean {
  switch (letter) {
    case 'd':
      return (each) => /\d/.test(each);
    case 'D':
      return (each) => !/\d/.test(each);
    case 'w':
      return isWord;
    case 'W':
      return (each) => !isWord(each);
    case 's':
      return (each) => /\s/.test(each);
    case 'S':
      return (each) => !/\s/.test(each);
    case 'n':
      return (each) => each === '\n';
    case 't':
      return (each) => each === '\t';
    default:
      return (each) => each === letter;
  }
}
