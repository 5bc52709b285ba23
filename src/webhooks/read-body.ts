import type { IncomingMessage } from 'node:http';
import { WebhookRefusal } from './webhook-refusal.ts';

/** Bodies that announce at most this size need no watching; nearly every webhook is far smaller. */
const smallBytes = 1024 * 1024;

export type BodyLimits = {
  /** The largest body taken. */
  maxBytes: number;
  /** How much of larger bodies may be in memory, half received, over all requests at once. */
  maxHeldBytes: number;
};

/**
 * Reads raw bodies of strangers: nothing is known of the sender until the whole body is here, so size is what
 * limits them. A declared length over the limit is refused unread; node:http holds a sender to the length it
 * declared, and takes no message that declares a length and chunks besides. Large and chunked bodies count together
 * against `maxHeldBytes`, by bytes received and not by bytes announced: announcing much and sending nothing must not
 * shut others out. After a refusal what is left of the body is nobody's: the caller disposes of it.
 *
 * How long a sender may take, how many may connect and how large headers may be is for the HTTP server to limit
 * (`requestTimeout`, `headersTimeout`, `maxConnections`, `maxHeaderSize` of node:http).
 */
export function bodyReader({
  maxBytes,
  maxHeldBytes,
}: BodyLimits): (request: IncomingMessage) => Promise<Buffer> {
  let heldBytes = 0;

  /** Listens to the request itself: an iterator or a web stream around it costs more than all else of the reading. */
  function collect(request: IncomingMessage, isWatched: boolean): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const chunks: Buffer[] = [];
    let sizeBytes = 0;

    function take(chunk: Buffer): void {
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
      if (isWatched) heldBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) refuse(tooLarge(maxBytes));
      else if (isWatched && heldBytes > maxHeldBytes) refuse(tooManyAtOnce());
    }
    function finish(): void {
      letGo();
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, sizeBytes));
    }
    function refuse(refusal: WebhookRefusal): void {
      letGo();
      reject(refusal);
    }
    // Not `error`: that one is emitted or not, and this one follows in any case.
    function breakOff(): void {
      refuse(new WebhookRefusal('body-cut-off', 'the connection ended before the whole body had come'));
    }
    function letGo(): void {
      request.off('data', take).off('end', finish).off('close', breakOff);
      if (isWatched) heldBytes -= sizeBytes;
    }

    request.on('data', take).on('end', finish).on('close', breakOff);
    return promise;
  }

  return async (request) => {
    const declared = request.headers['content-length'];
    const declaredBytes = declared === undefined ? Number.POSITIVE_INFINITY : Number(declared);
    if (declared !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);
    return collect(request, declaredBytes > smallBytes);
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
