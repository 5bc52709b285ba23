import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shareSyncs } from '../../../src/blobs/durable-folders.ts';

describe('shareSyncs', () => {
  /** A sync whose ends the test decides, with the order in which syncs began. */
  function controlled() {
    const begun: { folder: string; end(error?: Error): void }[] = [];
    const sync = shareSyncs(
      (folder) =>
        new Promise((resolve, reject) => {
          begun.push({ folder, end: (error) => (error ? reject(error) : resolve()) });
        }),
    );
    return { begun, sync };
  }

  it('runs one sync for the first caller and one more for all who came while it ran', async () => {
    const { begun, sync } = controlled();
    const first = sync('a');
    const late = [sync('a'), sync('a'), sync('a')];
    expect(begun).toHaveLength(1);
    begun[0]?.end();
    await first;
    await setImmediate();
    expect(begun).toHaveLength(2);
    begun[1]?.end();
    await Promise.all(late);
    expect(begun).toHaveLength(2);
  });

  it('does not let one folder wait for another', () => {
    const { begun, sync } = controlled();
    void sync('a');
    void sync('b');
    expect(begun.map(({ folder }) => folder)).toEqual(['a', 'b']);
  });

  it('gives latecomers their own sync when the one before them failed', async () => {
    const { begun, sync } = controlled();
    const first = sync('a');
    const late = sync('a');
    begun[0]?.end(new Error('EIO'));
    await expect(first).rejects.toThrow('EIO');
    await setImmediate();
    begun[1]?.end();
    await late;
    expect(begun).toHaveLength(2);
  });
});
