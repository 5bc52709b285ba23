import { createMemoryStore, type MemoryBlobs } from '../../../src/blobs/memory-store.ts';
import { describeBlobStore } from '../../contracts/blob-store-contract.ts';

describeBlobStore(
  'memory',
  async () => {
    const blobs: MemoryBlobs = new Map();
    const store = createMemoryStore({ blobs });
    return { store, reopen: async () => createMemoryStore({ blobs }), close: () => store.close() };
  },
  { keepsBodiesInMemory: true },
);
