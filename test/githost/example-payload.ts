import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Json = Record<string, unknown>;

const examples = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('@octokit/webhooks-examples')), 'utf8'),
) as { name: string; examples: Json[] }[];

/** A payload that GitHub really sent: of a push that has commits, of a pull request with that action. */
export function examplePayload(event: string, action?: string): Json {
  const all = examples.find(({ name }) => name === event)?.examples ?? [];
  const found = all.find((payload) => {
    const commits = payload['commits'];
    return action === undefined
      ? !Array.isArray(commits) || commits.length > 0
      : payload['action'] === action;
  });
  if (found === undefined) throw new Error(`no example of ${event}`);
  return found;
}

/** The paths of the fields that GitHub's payload has and ours lacks or has with another type. */
export function missingFields(theirs: unknown, ours: unknown, path = ''): string[] {
  // "installation" comes with GitHub Apps only.
  if (theirs === null || ours === null || path === '.installation') return [];
  if (typeof theirs !== typeof ours || Array.isArray(theirs) !== Array.isArray(ours)) return [path];
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    return theirs.length > 0 && ours.length > 0 ? missingFields(theirs[0], ours[0], `${path}[]`) : [];
  }
  if (typeof theirs !== 'object' || typeof ours !== 'object') return [];
  return Object.entries(theirs).flatMap(([name, value]) =>
    missingFields(value, (ours as Json)[name], `${path}.${name}`),
  );
}
