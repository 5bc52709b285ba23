import { Refusal } from '../errors.ts';

/** One command of `hookline`: one file each. */
export type Command = {
  /** What stands behind the command's name. */
  usage: string;
  summary: string;
  /** What else `--help` says: one line for each option. */
  details?: string;
  /** Resolves with the exit code. An expected no is thrown as a `Refusal`. */
  run(args: readonly string[]): Promise<number>;
};

export class UsageRefusal extends Refusal<'usage'> {}
