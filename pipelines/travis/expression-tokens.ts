/** Caught where the expression was begun to be read. */
export class ExpressionFault extends Error {}

export type Token = { kind: 'word' | 'text' | 'pattern' | 'mark'; value: string };

/** Words, quoted texts, `/patterns/` and marks; a pattern stands only behind `=~` and `!~`. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const form =
    /\s*(?:(=~|!~)\s*(?:\/((?:\\.|[^\\/])*)\/(?=[\s),]|$)|(?=concat\()|([^\s()]+(?:\([^\s()]*\)[^\s()]*)*))|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(==|!=|&&|\|\||[=!(),])|([^\s=!(),"'&|~]+))\s*/suy;
  while (form.lastIndex < source.length) {
    const at = form.lastIndex;
    const [, tilde, slashed, bare, double, single, mark, word] = form.exec(source) ?? [];
    if (tilde !== undefined) {
      tokens.push({ kind: 'mark', value: tilde });
      if (slashed !== undefined) tokens.push({ kind: 'pattern', value: slashed.replaceAll('\\/', '/') });
      else if (bare !== undefined) tokens.push({ kind: 'pattern', value: bare });
    } else if (double !== undefined || single !== undefined) {
      tokens.push({ kind: 'text', value: (double ?? single ?? '').replaceAll(/\\(["'])/g, '$1') });
    } else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else throw new ExpressionFault(`${JSON.stringify(source.slice(at, at + 20))} cannot be read`);
  }
  return tokens;
}
