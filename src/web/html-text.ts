import { html } from 'hono/html';

/** Markup that is safe to send. What a template is given is escaped, unless it is itself such markup. */
export type Html = ReturnType<typeof html>;

export const nothing: Html = html``;

/**
 * A stranger's text in a line of ours. `bdi` keeps text that runs from right to left, or pretends to, from
 * turning around what stands beside it.
 */
export function isolated(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** The beginning of a text that may be a novel, cut between characters. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(text.slice(0, length * 2));
  return characters.length <= length && text.length <= length * 2
    ? text
    : `${characters.slice(0, length - 1).join('')}…`;
}
