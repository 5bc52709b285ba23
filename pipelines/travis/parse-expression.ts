import { attributes, type Expression, type Operand } from './expression.ts';
import { ExpressionFault, type Token, tokensOf } from './expression-tokens.ts';
import { patternFault } from './linear-pattern.ts';

const longestExpression = 2_000;
const deepestNesting = 50;

/** Words that may stand where something is asked for, besides the attributes. */
const known = /^(true|false|env)$/;

/**
 * Reads an `if` of a `.travis.yml` (conditions v1): attributes, `env()`, `concat()`, `= != =~ !~ IN IS AND OR NOT`.
 * `env` answers the variables of the file itself.
 */
export function parseExpression(
  source: string,
  env: (name: string) => string | undefined,
): Expression | { fault: string } {
  if (source.length > longestExpression) return { fault: `longer than ${longestExpression} characters` };
  try {
    const tokens = tokensOf(source);
    let at = 0;
    let depth = 0;
    const isNext = (...words: string[]) => {
      const token = tokens[at];
      if (token === undefined || (token.kind !== 'word' && token.kind !== 'mark')) return false;
      return words.includes(token.kind === 'word' ? token.value.toUpperCase() : token.value);
    };
    const take = (...words: string[]) => isNext(...words) && ++at > 0;
    const want = (word: string) => {
      if (!take(word)) throw new ExpressionFault(`${word} is missing ${placeOf(tokens[at])}`);
    };

    const either = (): Expression => joined('or', ['OR', '||'], both);
    const both = (): Expression => joined('and', ['AND', '&&'], negated);

    function joined(op: 'and' | 'or', words: string[], part: () => Expression): Expression {
      if (++depth > deepestNesting) throw new ExpressionFault('it is nested too deep');
      const first = part();
      const terms = [first];
      while (take(...words)) terms.push(part());
      depth -= 1;
      return terms.length === 1 ? first : { op, terms };
    }

    function negated(): Expression {
      let isNot = false;
      while (take('NOT', '!')) isNot = !isNot;
      const term = take('(') ? closed(either()) : comparison();
      return isNot ? { op: 'not', term } : term;
    }

    function closed<Inner>(inner: Inner): Inner {
      want(')');
      return inner;
    }

    function comparison(): Expression {
      const subject = tokens[at];
      const left = operand();
      if (subject?.kind === 'word' && left.type === 'text' && !known.test(subject.value)) {
        throw new ExpressionFault(
          `a condition cannot ask for "${subject.value}", only for ${attributes.join(', ')}`,
        );
      }
      const isNot = isNext('!=', '!~', 'NOT');
      let found: Expression;
      if (take('=', '==', '!=')) found = { op: 'equal', left, right: operand() };
      else if (take('=~', '!~')) found = { op: 'matches', left, pattern: pattern() };
      else if (takesIn()) {
        found = { op: 'in', left, list: list() };
      } else if (take('IS')) return presence(left);
      else return { op: 'true', of: left };
      return isNot ? { op: 'not', term: found } : found;
    }

    /** `IN`, or `NOT IN`. */
    function takesIn(): boolean {
      if (take('IN')) return true;
      if (!take('NOT')) return false;
      want('IN');
      return true;
    }

    function presence(of: Operand): Expression {
      const isNot = take('NOT');
      const present: Expression = { op: 'present', of };
      const isPresent = take('PRESENT');
      if (!isPresent && !take('BLANK')) throw new ExpressionFault('IS is followed by present or blank');
      return isPresent === isNot ? { op: 'not', term: present } : present;
    }

    function list(): Operand[] {
      want('(');
      const items = [operand()];
      while (take(',')) items.push(operand());
      return closed(items);
    }

    function pattern(): string {
      const token = tokens[at];
      if (token?.kind === 'mark' || token?.kind === 'word') {
        const value = operand();
        if (value.type !== 'concat' || value.parts.some((part) => part.type !== 'text')) {
          throw new ExpressionFault('a pattern is a /regular expression/');
        }
        return checked(value.parts.map((part) => (part.type === 'text' ? part.value : '')).join(''));
      }
      if (token === undefined) throw new ExpressionFault('a pattern is missing at the end');
      at += 1;
      return checked(token.value);
    }

    function checked(value: string): string {
      const fault = patternFault(value);
      if (fault !== undefined) throw new ExpressionFault(`the pattern /${value}/: ${fault}`);
      return value;
    }

    function operand(): Operand {
      const token = tokens[at++];
      if (token?.kind === 'text') return { type: 'text', value: token.value };
      if (token?.kind !== 'word') throw new ExpressionFault(`a value is missing ${placeOf(token)}`);
      if (/[$`]/.test(token.value)) {
        throw new ExpressionFault(
          `${token.value}: a condition is no shell, and knows env(NAME) instead of $NAME`,
        );
      }
      if (token.value === 'env' && take('(')) {
        const name = operand();
        want(')');
        return { type: 'text', value: name.type === 'text' ? (env(name.value) ?? '') : '' };
      }
      if (token.value === 'concat' && take('(')) {
        const parts = [operand()];
        while (take(',')) parts.push(operand());
        return closed({ type: 'concat', parts });
      }
      const name = attributes.find((each) => each === token.value);
      return name === undefined ? { type: 'text', value: token.value } : { type: 'attribute', name };
    }

    if (tokens.length === 0) return { fault: 'it says nothing' };
    const expression = either();
    return at < tokens.length ? { fault: `it cannot go on ${placeOf(tokens[at])}` } : expression;
  } catch (error) {
    if (error instanceof ExpressionFault) return { fault: error.message };
    throw error;
  }
}

function placeOf(token: Token | undefined): string {
  return token === undefined ? 'at the end' : `at ${JSON.stringify(token.value)}`;
}
