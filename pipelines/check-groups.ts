import { groupWords, wordsOfGroup } from './group-name.ts';
import { nearestTo } from './nearest.ts';
import type { Outline } from './outline.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** The names of groups hold no words but those that are replaced. */
export function checkGroups({ jobs, deploys }: Outline): Finding[] {
  const known: readonly string[] = groupWords;
  return [...jobs, ...deploys].flatMap(({ group }) => {
    if (group === undefined) return [];
    const unknown = wordsOfGroup(group.name).filter((word) => !known.includes(word));
    return unknown.map((word): Finding => {
      const nearest = nearestTo(word, known) ?? known[0];
      const message = `unknown ${quote(`{${word}}`)} in the name of a group`;
      return { path: group.path, message, expected: `{${nearest}} or no braces` };
    });
  });
}
