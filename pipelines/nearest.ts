/** Longer words are compared by nobody: the cost is the product of the lengths, and the input is anybody's. */
const longestWord = 40;

/** The candidate a person most likely meant, or undefined when none is near enough to be offered. */
export function nearestTo(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const asked = fold(word);
  const reach = Math.max(1, Math.floor(asked.length / 3));
  let best: string | undefined;
  let bestDistance = reach + 1;
  for (const candidate of candidates) {
    if (candidate.length > longestWord) continue;
    const wanted = fold(candidate);
    const distance = Math.min(editDistance(asked, wanted), isShortFor(wanted, asked) ? reach : Infinity);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `workingDirectory`, `working-directory` and `working_directory` are one word to a reader. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** `env` is what `environment` was meant to be, and `image` what `images` was. */
function isShortFor(short: string, long: string): boolean {
  return short.length >= 3 && long.startsWith(short);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
