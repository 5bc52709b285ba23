import { describe, expect, it } from 'vitest';
import { EngineRefusal, type PreparedImage } from '../../runners/engine/engine.ts';
import { repositoryDigest } from '../../runners/engine/repository-digest.ts';
import { prepareSameImage } from '../../runners/prepare-same-image.ts';

const signal = new AbortController().signal;
const digest = 'node@sha256:aa';

/** An engine that has some images, and a registry that has others, by every name they go by. */
function scene(has: Record<string, PreparedImage>, registry: Record<string, PreparedImage> = {}) {
  const notes: string[] = [];
  const engine = {
    findImage: async (image: string) => has[image],
    async prepareImage(image: string) {
      const found = has[image] ?? registry[image];
      if (!found) throw new EngineRefusal('image-unavailable', `${image} cannot be had`);
      return found;
    },
  };
  const prepare = (firstImage?: { id: string; digest?: string }) =>
    prepareSameImage(
      engine,
      { image: 'node:24', ...(firstImage ? { firstImage } : {}) },
      { signal, note: (text) => notes.push(text) },
    );
  return { prepare, notes };
}

describe('the image of a job', () => {
  it('is what its name stands for, at the first attempt', async () => {
    const { prepare, notes } = scene({ 'node:24': { id: 'new', digest } });
    expect([await prepare(), notes]).toEqual([{ id: 'new', digest }, []]);
  });

  it('stays the first one while the engine has it, whatever the name stands for now', async () => {
    const { prepare, notes } = scene({ 'node:24': { id: 'new' }, old: { id: 'old' } });
    expect([await prepare({ id: 'old', digest }), notes]).toEqual([{ id: 'old', digest }, []]);
  });

  it('is pulled by the digest of the first one when this engine has it not', async () => {
    const { prepare, notes } = scene({ 'node:24': { id: 'new' } }, { [digest]: { id: 'old', digest } });
    expect([await prepare({ id: 'old', digest }), notes]).toEqual([{ id: 'old', digest }, []]);
  });

  it('is another when the first one is nowhere to be had, and the log says so', async () => {
    const { prepare, notes } = scene({ 'node:24': { id: 'new' } });
    for (const firstImage of [{ id: 'old' }, { id: 'old', digest }]) {
      expect(await prepare(firstImage)).toEqual({ id: 'new' });
    }
    expect(notes).toEqual(
      Array(2).fill('the image node:24 is not what it was at the first attempt: old then, new now'),
    );
  });

  it('is not replaced because the engine does not answer', async () => {
    const down = async () => {
      throw new EngineRefusal('engine-unreachable', 'nobody answers');
    };
    const engine = { findImage: async () => undefined, prepareImage: down };
    const spec = { image: 'node:24', firstImage: { id: 'old', digest } };
    await expect(prepareSameImage(engine, spec, { signal, note: () => {} })).rejects.toMatchObject({
      code: 'engine-unreachable',
    });
  });
});

describe('the digest of an image', () => {
  it('is the one under its own name, however that is written', () => {
    const known = ['mirror.example:5000/node@sha256:bb', 'node@sha256:aa'];
    for (const name of ['node', 'node:24', 'docker.io/library/node:24', 'node@sha256:aa']) {
      expect(repositoryDigest(name, known)).toBe('node@sha256:aa');
    }
    expect(repositoryDigest('mirror.example:5000/node', known)).toBe('mirror.example:5000/node@sha256:bb');
  });

  it('is not there for an image of this machine', () => {
    expect(repositoryDigest('hookline/job')).toBeUndefined();
    expect(repositoryDigest('app', ['other/app@sha256:cc'])).toBeUndefined();
  });
});
