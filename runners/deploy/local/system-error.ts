/** An error of the operating system, as node:fs throws it. */
export type SystemError = Error & { readonly code: string; readonly syscall: string };

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}

/** Whether an error is one of the named codes (`ENOENT`, …) of the operating system. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isSystemError(error) && codes.includes(error.code);
}
