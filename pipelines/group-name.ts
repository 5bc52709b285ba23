/** What the name of a group may be made of: `branch` is the branch or tag pushed, or a pull request's base branch. */
export const groupWords = ['branch'] as const;

/** The `{word}`s of a template, known or not, in order. */
export function wordsOfGroup(template: string): string[] {
  return Array.from(template.matchAll(/\{([^{}]*)\}/g), ([, word = '']) => word);
}

/** `deploy-{branch}` → `deploy-main`. */
export function renderGroup(
  template: string,
  change: { branch?: string; tag?: string; baseBranch?: string },
): string {
  const branch = change.branch ?? change.tag ?? change.baseBranch ?? '';
  return template.replaceAll('{branch}', () => branch);
}
