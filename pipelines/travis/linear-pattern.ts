import { type Pattern, parsePattern } from './parse-pattern.ts';

type Instruction =
  | { type: 'one'; test: (character: string) => boolean }
  | { type: 'split'; first: number; second: number }
  | { type: 'place'; test: (text: string, at: number) => boolean }
  | { type: 'end' };

/** Repetitions are written out: what would not fit is refused. */
const mostInstructions = 2_000;
/** Commit messages can be long; a condition looks at what comes first. */
const longestText = 10_000;

/** What is wrong with a regular expression, if anything. */
export function patternFault(pattern: string): string | undefined {
  const parsed = parsePattern(pattern);
  if ('fault' in parsed) return parsed.fault;
  return compile(parsed) === undefined ? 'it repeats too much' : undefined;
}

/**
 * Whether a regular expression is found in a text. Expressions come from repositories, so they are walked state by
 * state: the cost is at most the product of both lengths, where JavaScript's own would backtrack for ever. One with a
 * fault is found nowhere.
 */
export function isFound(pattern: string, text: string): boolean {
  const parsed = parsePattern(pattern);
  const program = 'fault' in parsed ? undefined : compile(parsed);
  if (program === undefined) return false;
  const searched = text.slice(0, longestText);
  let states = new Set<number>();
  for (let at = 0; at <= searched.length; at += 1) {
    // It may begin anywhere.
    enter(program, 0, states, searched, at);
    if (states.has(program.length - 1)) return true;
    const character = searched[at];
    if (character === undefined) return false;
    const next = new Set<number>();
    for (const state of states) {
      const instruction = program[state];
      if (instruction?.type === 'one' && instruction.test(character)) {
        enter(program, state + 1, next, searched, at + 1);
      }
    }
    states = next;
  }
  return false;
}

/** Adds a state and those reached from it without reading a character. */
function enter(
  program: readonly Instruction[],
  from: number,
  states: Set<number>,
  text: string,
  at: number,
): void {
  const open = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (states.has(state)) continue;
    states.add(state);
    const instruction = program[state];
    if (instruction?.type === 'split') open.push(instruction.first, instruction.second);
    if (instruction?.type === 'place' && instruction.test(text, at)) open.push(state + 1);
  }
}

function compile(pattern: Pattern): Instruction[] | undefined {
  const program: Instruction[] = [];
  const add = (instruction: Instruction) => program.push(instruction) - 1;
  const patch = (at: number, second: number) => {
    const split = program[at];
    if (split?.type === 'split') split.second = second;
  };

  function emit(part: Pattern): void {
    if (program.length > mostInstructions) return;
    switch (part.type) {
      case 'one':
        add({ type: 'one', test: part.test });
        return;
      case 'place':
        add({ type: 'place', test: part.test });
        return;
      case 'sequence':
        for (const each of part.parts) emit(each);
        return;
      case 'choice': {
        const ends: number[] = [];
        for (const [index, each] of part.parts.entries()) {
          const isLast = index === part.parts.length - 1;
          const split = isLast ? -1 : add({ type: 'split', first: program.length + 1, second: 0 });
          emit(each);
          if (isLast) break;
          ends.push(add({ type: 'split', first: program.length, second: 0 }));
          patch(split, program.length);
        }
        for (const end of ends) {
          program[end] = { type: 'split', first: program.length, second: program.length };
        }
        return;
      }
      case 'repeat':
        emitRepeat(part);
        return;
    }
  }

  function emitRepeat({ part, least, most }: Extract<Pattern, { type: 'repeat' }>): void {
    for (let count = 0; count < least && program.length <= mostInstructions; count += 1) emit(part);
    if (most === undefined) {
      const split = add({ type: 'split', first: program.length + 1, second: 0 });
      emit(part);
      add({ type: 'split', first: split, second: split });
      patch(split, program.length);
      return;
    }
    const splits: number[] = [];
    for (let count = least; count < most && program.length <= mostInstructions; count += 1) {
      splits.push(add({ type: 'split', first: program.length + 1, second: 0 }));
      emit(part);
    }
    for (const split of splits) patch(split, program.length);
  }

  emit(pattern);
  if (program.length > mostInstructions) return undefined;
  add({ type: 'end' });
  return program;
}
