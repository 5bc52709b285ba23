/**
 * Reads one report, piece by piece, in bounded memory. Throws a `ReportRefusal` for what cannot be read, from either
 * method; nothing may be written after that, and what was read before stands.
 */
export type ReportReader = {
  /** The next piece of the text, which may end anywhere. */
  write(text: string): void;
  /** That was all of it. */
  end(): void;
};
