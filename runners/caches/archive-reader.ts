import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;

/** Reads a file once from its beginning, in pieces of whatever length is asked for. */
export type ArchiveReader = {
  /** Fewer bytes at the end of the file. Good until the next call. */
  take(lengthBytes: number): Promise<Buffer>;
  /** Gives all of them in pieces; `false` when the file has fewer. */
  pass(lengthBytes: number, onPiece?: (piece: Buffer) => void): Promise<boolean>;
};

export function createArchiveReader(file: FileHandle, signal: AbortSignal): ArchiveReader {
  const buffer = Buffer.alloc(chunkBytes);
  let position = 0;
  let rest = buffer.subarray(0, 0);

  async function piece(mostBytes: number): Promise<Buffer> {
    if (rest.length === 0) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
      position += bytesRead;
      rest = buffer.subarray(0, bytesRead);
    }
    const found = rest.subarray(0, mostBytes);
    rest = rest.subarray(found.length);
    return found;
  }

  async function pass(lengthBytes: number, onPiece?: (piece: Buffer) => void): Promise<boolean> {
    for (let left = lengthBytes; left > 0; ) {
      const found = await piece(left);
      if (found.length === 0) return false;
      onPiece?.(found);
      left -= found.length;
    }
    return true;
  }

  return {
    pass,
    async take(lengthBytes) {
      if (rest.length >= lengthBytes) return piece(lengthBytes);
      const pieces: Buffer[] = [];
      await pass(lengthBytes, (found) => pieces.push(Buffer.from(found)));
      return Buffer.concat(pieces);
    },
  };
}
