import { WebhookRefusal } from './webhook-refusal.ts';

/** Bodies up to this size are read in one go, the server's fast path; nearly every webhook is far smaller. */
const smallBytes = 1024 * 1024;

export type BodyLimits = {
  /** The largest body taken. */
  maxBytes: number;
  /** How much of larger bodies may be in memory, half received, over all requests at once. */
  maxHeldBytes: number;
};

/**
 * Reads raw bodies of strangers: nothing is known of the sender until the whole body is here, so size is what
 * limits them. A declared length over the limit is refused unread; HTTP servers hold a sender to the length it
 * declared, so a small one needs no counting. Large and chunked bodies are counted as they come, each against
 * `maxBytes` and all together against `maxHeldBytes`, by bytes received and not by bytes announced: announcing
 * much and sending nothing must not shut others out.
 *
 * How long a sender may take, how many may connect and how large headers may be is for the HTTP server to limit
 * (`requestTimeout`, `headersTimeout`, `maxConnections`, `maxHeaderSize` of node:http).
 */
export function bodyReader({ maxBytes, maxHeldBytes }: BodyLimits): (request: Request) => Promise<Buffer> {
  let heldBytes = 0;

  async function readCounted(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    const reader = stream.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        chunks.push(next.value);
        sizeBytes += next.value.byteLength;
        heldBytes += next.value.byteLength;
        if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
        if (heldBytes > maxHeldBytes) throw tooManyAtOnce();
      }
      return Buffer.concat(chunks, sizeBytes);
    } catch (error) {
      // The stream may be broken already; what matters to the sender is the error that comes first.
      reader.cancel().catch(() => {});
      throw error;
    } finally {
      heldBytes -= sizeBytes;
    }
  }

  return async (request) => {
    const declared = request.headers.get('content-length');
    const declaredBytes = declared === null ? undefined : Number(declared);
    if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);

    const isSmall =
      declaredBytes !== undefined &&
      declaredBytes <= smallBytes &&
      request.headers.get('transfer-encoding') === null;
    try {
      if (isSmall) return Buffer.from(await request.arrayBuffer());
      return request.body === null ? Buffer.alloc(0) : await readCounted(request.body);
    } catch (error) {
      if (error instanceof WebhookRefusal) throw error;
      throw new WebhookRefusal('body-cut-off', 'the connection ended before the whole body had come', {
        cause: error,
      });
    }
  };
}

function tooLarge(maxBytes: number): WebhookRefusal {
  return new WebhookRefusal(
    'body-too-large',
    `the body is larger than ${maxBytes} bytes, the most this address takes; GitHub itself sends no event over 25 MB`,
  );
}

function tooManyAtOnce(): WebhookRefusal {
  return new WebhookRefusal(
    'too-many-large-bodies',
    'too many large bodies are being received at once: deliver this one again in a moment',
  );
}
