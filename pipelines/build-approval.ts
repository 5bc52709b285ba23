import type { ApprovalShape } from './approval-shape.ts';
import { durationOr, listOf } from './build-values.ts';
import type { ApprovalDefinition } from './pipeline.ts';

/** A week: long enough for a holiday, short enough that nobody deploys what was forgotten. */
const defaultExpiryMs = 7 * 24 * 60 * 60 * 1000;

export function buildApproval(shape: ApprovalShape | undefined): { approval?: ApprovalDefinition } {
  if (shape === undefined || shape === false) return {};
  const { by, message, expires } = shape === true ? {} : shape;
  return {
    approval: {
      by: listOf(by),
      ...(message === undefined ? {} : { message }),
      expiresMs: durationOr(expires, defaultExpiryMs),
    },
  };
}
