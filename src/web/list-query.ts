import { PageRefusal } from './page-refusal.ts';

/** Looks a parameter of the address up; absent and empty are the same, since empty fields of a form are sent. */
export type Lookup = (name: string) => string | undefined;

/** Names of repositories and branches are shorter; longer ones are no names. */
const maxLength = 300;

export function textParameter(lookup: Lookup, name: string): string | undefined {
  const value = lookup(name)?.trim();
  if (value === undefined || value === '') return undefined;
  if (value.length > maxLength) {
    throw new PageRefusal(
      'bad-parameter',
      `${name} has ${value.length} characters; ${maxLength} is the most`,
    );
  }
  return value;
}

export function choiceParameter<Choice extends string>(
  lookup: Lookup,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = textParameter(lookup, name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new PageRefusal('bad-parameter', `${name} is "${value}"; it must be one of ${choices.join(', ')}`);
  }
  return choice;
}

/** An address of the same list with these parameters; what is undefined is left out. */
export function listHref(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
