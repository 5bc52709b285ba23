/** What a step of a job did to the world outside: it began, or it ran to its end. */
export type Effect = {
  type: 'begin' | 'end';
  jobId: string;
  roomId: string;
  attempt: number;
  step: number;
  atMs: number;
  pid: number;
};

/** The last line may have been cut off by a kill or by a full disk; whoever wrote it did not get further. */
export function parseEffects(text: string): Effect[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Effect];
    } catch {
      return [];
    }
  });
}
