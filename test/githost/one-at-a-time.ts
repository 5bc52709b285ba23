/** What reads the references before and after a push must not see another push of the same server in between. */
export function oneAtATime<Args extends unknown[]>(
  work: (...args: Args) => Promise<void>,
  keepTrackOf: (work: Promise<void>) => void,
): (...args: Args) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (...args) => {
    const next = last.catch(() => {}).then(() => work(...args));
    last = next;
    keepTrackOf(next);
    return next;
  };
}
