/**
 * An expected "no": the caller asked for something that cannot be had, and the message names the thing,
 * the value and what to do about it. Each area subclasses it with its own closed union of codes.
 * Anything else that is thrown is a bug or an outage and is caught only at the edges of the program.
 */
export class Refusal<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The message of anything thrown, for a log line or a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
