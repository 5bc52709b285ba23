/** A pull request names its fork, its base and its repository: two names at most are different. */
const mostNames = 4;

/** A JSON quote, space, colon and slash, plain or as they look inside a form. */
const fullName =
  /(?:"|%22)full_name(?:"|%22)(?:[ \n]|%20|\+){0,4}(?::|%3A)(?:[ \n]|%20|\+){0,4}(?:"|%22)([\w.-]{1,100})(?:\/|%2F)([\w.-]{1,100})(?:"|%22)/gi;

/**
 * The repositories a body seems to be about, to choose secrets to try before anything is known of its sender. A
 * guess by text search, at a fraction of the cost of the signature itself: nothing is parsed, at most four names
 * come of it, and a wrong one costs one more HMAC. Text in a title or message cannot pass for a name, since its
 * quotes are escaped; that a name belongs to the delivery's own repository is checked after verification.
 */
export function repositoriesNamed(body: Buffer): string[] {
  const names = new Set<string>();
  for (const [, owner, name] of body.toString('latin1').matchAll(fullName)) {
    names.add(`${owner}/${name}`);
    if (names.size === mostNames) break;
  }
  return [...names];
}
