import { Refusal } from '../errors.ts';
import { SourceRefusal, type sourceRefusalCodes } from '../runs/forge.ts';

/** From git's refusals to what they mean for a run; what is not here will not get better by waiting. */
const codes: Readonly<Record<string, (typeof sourceRefusalCodes)[number]>> = {
  unreachable: 'unreachable',
  timeout: 'timeout',
  failed: 'unreachable',
  'no-space': 'unreachable',
  'ref-missing': 'moved',
  'commit-unreachable': 'moved',
  damaged: 'damaged',
};

/** Throws what git refused in the words of the domain; anything else as it is. */
export function asSourceRefusal(error: unknown): never {
  if (!(error instanceof Refusal) || error instanceof SourceRefusal) throw error;
  throw new SourceRefusal(codes[error.code] ?? 'refused', error.message, { cause: error });
}
