/** Asks SNS for something, at an address that was checked. Rejects when there is no answer. */
export type FetchFromSns = (url: URL) => Promise<{ status: number; text: string }>;

/** SNS gives up on us after 15 s, and two of these may stand in one of its requests. */
const timeoutMs = 5_000;
const maxBytes = 64 * 1024;

/** Over https with the usual authorities, and never to where a redirection leads: that address was not checked. */
export const fetchFromSns: FetchFromSns = async (url) => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw new Error(`${url.host} answers with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString('utf8') };
};
