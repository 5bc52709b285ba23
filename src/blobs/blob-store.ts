/**
 * PORT: where artifacts, log segments and caches are kept. Adapters: a directory, S3, memory.
 *
 * The contract, the same for every adapter (one suite in test/contracts runs over all of them):
 *
 * - A key is `a-zA-Z0-9._/-`, at most 512 characters in segments of at most 200, without empty, `.` or `..`
 *   segments; anything else is refused with `bad-key` before the store is touched.
 * - `put` is atomic and durable. The blob is seen whole or not at all, a `put` that resolves survives a loss of
 *   power, and puts racing for one key leave the whole body of one of them. A `put` that rejects leaves the key as
 *   it was; only where the store's last answer was lost on the way may the whole new body (never a part) be there,
 *   so that repeating the put is always right. A chunk must not be changed after it was handed over. The body is
 *   read no faster than it is stored, and is let go of (`return()`) when the put ends early.
 * - `get` answers with a snapshot: a later put or remove of the key does not change a body being read, though a
 *   remote store may break it off, and then the rest is asked for with a range. Whoever gets a body reads it to its
 *   end or cancels it; until then it holds a file or a socket.
 * - A missing blob is `undefined`, never an error, and removing one is no error either. A removal may be undone by
 *   a loss of power; retention asks again.
 * - `list` walks every key that starts with the prefix, in ascending order of bytes, a page at a time; what is put
 *   or removed meanwhile may or may not be seen.
 * - `sweep` removes what interrupted puts left behind (never a blob). Any process may call it at any time.
 * - An aborted signal makes the call reject with the signal's reason. An expected no is a BlobRefusal; an error the
 *   body's producer throws is passed on as it is.
 * - `close` is idempotent. It takes no new work (`closed`) and resolves when running puts have ended, so whoever is
 *   in a hurry aborts them first. A body that is still being read may break off.
 */
export interface BlobStore {
  put(key: string, body: BlobBody, options?: PutOptions): Promise<StoredBlob>;
  get(key: string, options?: GetOptions): Promise<FoundBlob | undefined>;
  head(key: string, options?: CallOptions): Promise<BlobHead | undefined>;
  list(prefix: string, options?: CallOptions): AsyncIterable<ListedBlob>;
  remove(key: string, options?: CallOptions): Promise<void>;
  sweep(options?: CallOptions): Promise<SweepResult>;
  /** Puts, reads, lists and removes a small probe: resolves when the store can be used, else says what to mend. */
  check(options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

export type BlobBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends CallOptions {
  /** The body's length when it is known: another length is refused (`size-mismatch`) and leaves nothing. */
  readonly sizeBytes?: number | undefined;
}

export interface GetOptions extends CallOptions {
  readonly range?: ByteRange | undefined;
}

/** Half open, like `slice`: `{ start: 10 }` is all but the first ten bytes. Past the end there are no bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number | undefined;
}

export interface StoredBlob {
  readonly sizeBytes: number;
  /** Lower-case hex, computed while the body went by. */
  readonly sha256: string;
  /** What the store itself calls this content and this version; only S3 has them (a deployment pins both). */
  readonly etag?: string | undefined;
  readonly version?: string | undefined;
}

export interface BlobHead {
  readonly sizeBytes: number;
  /** Decided by the key alone; see contentTypeOf. */
  readonly contentType: string;
  readonly modifiedAtMs: number;
}

export interface FoundBlob {
  /** Of the whole blob, whatever the range. */
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
}

export interface ListedBlob {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export interface SweepResult {
  readonly removed: number;
}
