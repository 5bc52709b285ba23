/** What a response has said so far, for a stream that may not end. */
export type FollowedText = {
  text(): string;
  /** Resolves when the stream has ended; rejects when it broke off. */
  readonly ended: Promise<void>;
};

export function followText(response: Response): FollowedText {
  const decoder = new TextDecoder();
  let text = '';
  const read = async () => {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  };
  const ended = read();
  // Whoever awaits it hears of an error; one that comes before must not end the process.
  ended.catch(() => {});
  return { text: () => text, ended };
}
