/** What the driver says when a step has ended. `oomKills` and the peak count from the container's start. */
export type StepRecord = { code: number; oomKills: number; peakBytes: number };

/** A record ends within this many bytes of its token. */
const RECORD_TAIL_CHARS = 40;

/**
 * Reads the record channel until this step's record is complete. The driver's shell also writes remarks of its own there
 * ("Killed", bash with the whole command); whatever does not follow the step's token is passed over, and no more is
 * kept than a record can be long.
 */
export function createRecordReader(mark: string): (bytes: Uint8Array) => StepRecord | undefined {
  const keepChars = mark.length + RECORD_TAIL_CHARS;
  let kept = '';

  return (bytes) => {
    kept += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const at = kept.indexOf(mark);
    if (at < 0) {
      kept = kept.slice(-keepChars);
      return undefined;
    }
    kept = kept.slice(at);
    const [, code, oomKills, peak] = /^ (\d+) (\d+) (\d+)\n/.exec(kept.slice(mark.length)) ?? [];
    if (code === undefined || oomKills === undefined || peak === undefined) return undefined;
    return { code: Number(code), oomKills: Number(oomKills), peakBytes: Number(peak) };
  };
}
