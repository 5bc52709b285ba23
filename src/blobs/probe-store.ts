import { BlobRefusal } from './blob-refusal.ts';
import type { BlobStore, CallOptions } from './blob-store.ts';

/**
 * Does once with a small blob what the service does all day, so that a missing right is found at start and not in
 * the middle of a run. `probeId` keeps processes that start together apart.
 */
export async function probeStore(
  store: Pick<BlobStore, 'put' | 'get' | 'list' | 'remove'>,
  probeId: string,
  options: CallOptions = {},
): Promise<void> {
  const key = `.check/${probeId}`;
  const written = new TextEncoder().encode(`hookline ${probeId}`);
  await store.put(key, written, options);
  try {
    const found = await store.get(key, options);
    const read = found && Buffer.from(await new Response(found.body).arrayBuffer());
    if (!read?.equals(written)) throw unfaithful(`gave ${read ? 'other bytes' : 'nothing'} back`, key);
    let listed = false;
    for await (const blob of store.list(key, options)) listed ||= blob.key === key;
    if (!listed) throw unfaithful('does not list what was put', key);
  } finally {
    await store.remove(key, options);
  }
}

function unfaithful(what: string, key: string): BlobRefusal {
  return new BlobRefusal(
    'corrupt',
    `The blob store ${what} for the probe ${key}: use a store that shows a write to the next read.`,
  );
}
