export type LineIndex = {
  /** 1-based line and column of an offset, and the offset where the text of that line ends. */
  placeOf(offset: number): { line: number; column: number; endOfLine: number };
};

/**
 * Lines of a text. The YAML library counts them as well, but only while it gets through the text: in a
 * broken file its errors come to lie on lines that do not exist.
 */
export function createLineIndex(source: string): LineIndex {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);

  return {
    placeOf(offset) {
      const within = Math.max(0, Math.min(offset, source.length));
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= within) low = middle;
        else high = middle - 1;
      }
      const start = starts[low] ?? 0;
      const next = starts[low + 1];
      const endOfLine = next === undefined ? source.length : next - 1;
      return { line: low + 1, column: within - start + 1, endOfLine };
    },
  };
}
