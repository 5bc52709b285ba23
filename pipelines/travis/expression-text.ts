import type { Expression, Operand } from './expression.ts';

const longestText = 200;

/** A condition as people write it, for the reason why something was left out. */
export function textOfExpression(expression: Expression): string {
  const text = written(expression);
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

function written(expression: Expression): string {
  switch (expression.op) {
    case 'and':
    case 'or':
      return expression.terms.length === 1 && expression.terms[0]
        ? written(expression.terms[0])
        : expression.terms.map((term) => inner(term)).join(expression.op === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${inner(expression.term)}`;
    case 'equal':
      return `${operand(expression.left)} = ${operand(expression.right)}`;
    case 'matches':
      return `${operand(expression.left)} =~ /${expression.pattern}/`;
    case 'in': {
      const [only] = expression.list;
      return expression.list.length === 1 && only
        ? `${operand(expression.left)} = ${operand(only)}`
        : `${operand(expression.left)} IN (${expression.list.map(operand).join(', ')})`;
    }
    case 'present':
      return `${operand(expression.of)} IS present`;
    case 'true':
      return operand(expression.of);
  }
}

function inner(expression: Expression): string {
  const isJoined = (expression.op === 'and' || expression.op === 'or') && expression.terms.length > 1;
  return isJoined ? `(${written(expression)})` : written(expression);
}

function operand(value: Operand): string {
  if (value.type === 'concat') return `concat(${value.parts.map(operand).join(', ')})`;
  return value.type === 'text' ? value.value : value.name;
}
