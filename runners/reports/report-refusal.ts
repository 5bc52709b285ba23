import { Refusal } from '../../src/errors.ts';

export type ReportRefusalCode = 'malformed' | 'too-large' | 'unsupported' | 'not-junit' | 'not-coverage';

/** Why a report cannot be read, or not to its end. What was read before stands. */
export class ReportRefusal extends Refusal<ReportRefusalCode> {}
