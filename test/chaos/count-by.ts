/** `3 success, 1 error`: how often each word stands in a list, the most frequent first. */
export function countBy(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([one, first], [other, second]) => second - first || one.localeCompare(other))
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}
