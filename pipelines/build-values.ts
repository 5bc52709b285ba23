import { parseDuration } from './duration.ts';
import type { VariablesShape } from './shape-values.ts';

export function buildVariables(shape: VariablesShape | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(shape ?? {}).map(([name, value]) => [name, String(value ?? '')]));
}

export function listOf(values: string | string[] | undefined): string[] {
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}

/** Only for text the shape has checked. */
export function durationOr(text: string | undefined, otherwiseMs: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwiseMs;
}

/** A limit of time under its name, or nothing when the file sets none. */
export function limitOf<Name extends string>(
  name: Name,
  text: string | undefined,
): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  const limit: Partial<Record<Name, number>> = {};
  limit[name] = durationOr(text, 0);
  return limit;
}
