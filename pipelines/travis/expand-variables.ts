import type { Assignment } from './shell-words.ts';

/** Variables of a file may be made of others. */
const mostDepth = 5;

/** Puts the values of variables in place of `$NAME` and `${NAME}`; what the file does not say stays as it is. */
export function expandVariables(
  text: string,
  variables: readonly Assignment[],
  others: Readonly<Record<string, string>> = {},
): string {
  return expand(text, variables, others, mostDepth);
}

function expand(
  text: string,
  variables: readonly Assignment[],
  others: Readonly<Record<string, string>>,
  depth: number,
): string {
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    const found = variables.findLast((each) => each.name === name);
    if (found?.value !== undefined) return found.value;
    if (found && depth > 0) return expand(unquoted(found.written), variables, others, depth - 1);
    return Object.hasOwn(others, name) ? (others[name] ?? whole) : whole;
  });
}

function unquoted(written: string): string {
  return /^"([^"\\]*)"$/.exec(written)?.[1] ?? written;
}
