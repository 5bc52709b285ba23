import { isFound } from './linear-pattern.ts';

/** What a condition can ask of a change, by the names Travis gives it. */
export const attributes = [
  'type',
  'branch',
  'tag',
  'repo',
  'commit_message',
  'sender',
  'fork',
  'head_repo',
  'head_branch',
  'os',
] as const;

export type Attribute = (typeof attributes)[number];

export type Facts = Readonly<Record<Attribute, string>>;

export type Operand =
  | { type: 'text'; value: string }
  | { type: 'attribute'; name: Attribute }
  | { type: 'concat'; parts: Operand[] };

/** A condition of a `.travis.yml`, read and checked. Plain JSON, kept with the pipeline. */
export type Expression =
  | { op: 'and' | 'or'; terms: Expression[] }
  | { op: 'not'; term: Expression }
  | { op: 'equal'; left: Operand; right: Operand }
  | { op: 'matches'; left: Operand; pattern: string }
  | { op: 'in'; left: Operand; list: Operand[] }
  | { op: 'present'; of: Operand }
  | { op: 'true'; of: Operand };

export function holds(expression: Expression, facts: Facts): boolean {
  switch (expression.op) {
    case 'and':
      return expression.terms.every((term) => holds(term, facts));
    case 'or':
      return expression.terms.some((term) => holds(term, facts));
    case 'not':
      return !holds(expression.term, facts);
    case 'equal':
      return textFor(expression.left, facts) === textFor(expression.right, facts);
    case 'matches':
      return isFound(expression.pattern, textFor(expression.left, facts));
    case 'in':
      return expression.list.some((each) => textFor(each, facts) === textFor(expression.left, facts));
    case 'present':
      return textFor(expression.of, facts) !== '';
    case 'true':
      return !['', 'false'].includes(textFor(expression.of, facts));
  }
}

function textFor(operand: Operand, facts: Facts): string {
  switch (operand.type) {
    case 'text':
      return operand.value;
    case 'attribute':
      return facts[operand.name];
    case 'concat':
      return operand.parts.map((part) => textFor(part, facts)).join('');
  }
}
