import { BlobRefusal } from './blob-refusal.ts';

export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a file operation gives, or undefined when the file or a folder on its way is not there. */
export async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The refusal that an error of the file system stands for, with its remedy; an unexpected error stays itself. */
export function fileRefusalOf(error: unknown, root: string): unknown {
  const code = fileErrorCode(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new BlobRefusal(
        'no-space',
        `The blob directory ${root} is full (${code}): free space or quota there, keep runs for a shorter time, or move HOOKLINE_DATA_DIR to a larger disk.`,
        { cause: error },
      );
    case 'EACCES':
    case 'ENOENT':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new BlobRefusal(
        'not-writable',
        `The blob directory ${root} cannot be used (${code}): make it a directory that hookline's user may write to, or set HOOKLINE_DATA_DIR to one.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** Runs file operations of the store, turning what the file system expectedly refuses into BlobRefusals. */
export function fileGuard(root: string): <T>(operation: () => Promise<T>) => Promise<T> {
  return async (operation) => {
    try {
      return await operation();
    } catch (error) {
      throw fileRefusalOf(error, root);
    }
  };
}
