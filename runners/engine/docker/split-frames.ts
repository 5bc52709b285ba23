/** The two streams a container writes: what steps print, and the driver's records, which no step's output can reach. */
export type Frame = { channel: 'output' | 'record'; bytes: Uint8Array };

const HEADER_BYTES = 8;

/**
 * Undoes the framing of an attach stream without a terminal: each frame is one byte of stream number (1 stdout,
 * 2 stderr), three zero bytes, the payload's length as a big-endian 32-bit number, the payload
 * (Docker Engine API, "Attach to a container"). Chunks may cut frames anywhere. Payloads are handed on as they
 * come, without copying and without waiting for a frame to be complete, so memory does not grow with its size.
 */
export function createFrameSplitter(): (chunk: Uint8Array) => Generator<Frame> {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerFilled = 0;
  let payloadLeft = 0;

  return function* split(chunk) {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft === 0) {
        const part = chunk.subarray(at, at + HEADER_BYTES - headerFilled);
        header.set(part, headerFilled);
        headerFilled += part.length;
        at += part.length;
        if (headerFilled < HEADER_BYTES) return;
        headerFilled = 0;
        payloadLeft = header.readUInt32BE(4);
        continue;
      }
      const bytes = chunk.subarray(at, at + payloadLeft);
      at += bytes.length;
      payloadLeft -= bytes.length;
      yield { channel: channelOf(header.readUInt8(0)), bytes };
    }
  };
}

function channelOf(stream: number): Frame['channel'] {
  if (stream === 1) return 'output';
  if (stream === 2) return 'record';
  throw new Error(`the attach stream of the container is out of step: a frame names stream ${stream}`);
}
