/**
 * Globs over branch and tag names and over paths: `*` is anything but `/`, `**` anything at all, a whole
 * segment of `**` also nothing (a double star, a slash and `a` match `a`), `?` one character but `/`.
 * Everything else stands for itself. In a list the last pattern that matches decides, a leading `!` meaning
 * no; a list that begins with a no starts from everything.
 *
 * Patterns come from repositories, so they are walked state by state rather than made into a regular
 * expression: the cost is at most the product of both lengths, where `*a*a*a*b` can stall a backtracker.
 */
export function matchesGlobs(patterns: readonly string[], value: string): boolean {
  let matched = patterns[0]?.startsWith('!') ?? false;
  for (const pattern of patterns) {
    const positive = !pattern.startsWith('!');
    if (positive !== matched && matchesGlob(positive ? pattern : pattern.slice(1), value)) matched = positive;
  }
  return matched;
}

/**
 * `skip` and `through` together are a segment of `**`: from `skip` the pattern may go on at once, from
 * `through` only behind a slash.
 */
type Token = { type: 'character'; value: string } | { type: 'one' | 'segment' | 'any' | 'skip' | 'through' };

function matchesGlob(pattern: string, value: string): boolean {
  const tokens = tokensOf(pattern);
  let states = new Set<number>();
  enter(tokens, 0, states);
  for (const character of value) {
    if (states.size === 0) return false;
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token !== undefined) advance(tokens, token, state, character, next);
    }
    states = next;
  }
  return states.has(tokens.length);
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of pattern.matchAll(/(?<=^|\/)\*\*\/|\*{2,}|\*|\?|./gsu)) {
    if (part === '**/') tokens.push({ type: 'skip' }, { type: 'through' });
    else if (part.startsWith('**')) tokens.push({ type: 'any' });
    else if (part === '*') tokens.push({ type: 'segment' });
    else if (part === '?') tokens.push({ type: 'one' });
    else tokens.push({ type: 'character', value: part });
  }
  return tokens;
}

/** Adds a state and those reached from it without reading a character. */
function enter(tokens: readonly Token[], state: number, states: Set<number>): void {
  let at = state;
  for (;;) {
    if (states.has(at)) return;
    states.add(at);
    const type = tokens[at]?.type;
    if (type === 'skip') {
      states.add(at + 1);
      at += 2;
    } else if (type === 'segment' || type === 'any') at += 1;
    else return;
  }
}

function advance(
  tokens: readonly Token[],
  token: Token,
  state: number,
  character: string,
  next: Set<number>,
): void {
  if (token.type === 'through') {
    next.add(state);
    if (character === '/') enter(tokens, state + 1, next);
  } else if (token.type === 'any' || (token.type === 'segment' && character !== '/')) {
    enter(tokens, state, next);
  } else if (
    (token.type === 'one' && character !== '/') ||
    (token.type === 'character' && token.value === character)
  ) {
    enter(tokens, state + 1, next);
  }
}
