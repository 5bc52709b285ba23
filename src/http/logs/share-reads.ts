/** Readers who ask for the same thing at about the same time get one answer: a run with a crowd is read once. */
export function shareReads<T>(
  read: (id: string) => Promise<T>,
  options: { now: () => number; freshMs: number },
): (id: string) => Promise<T> {
  const { now, freshMs } = options;
  const held = new Map<string, { atMs: number; answer: Promise<T> }>();
  return (id) => {
    const atMs = now();
    for (const [old, { atMs: readAtMs }] of held) {
      // Inserted in the order of time: the first fresh one ends the old ones.
      if (atMs - readAtMs < freshMs) break;
      held.delete(old);
    }
    const recent = held.get(id);
    if (recent) return recent.answer;
    const answer = read(id);
    held.set(id, { atMs, answer });
    return answer;
  };
}
