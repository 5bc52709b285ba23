import type { BuildSpec } from '../src/contract/job-spec.ts';
import { type Engine, EngineRefusal, type PreparedImage } from './engine/engine.ts';

/**
 * The image to open the job in: the very one that the job's first attempt ran in, while this engine has it or can pull
 * it by its digest; else what the name stands for now, and the log says that it is another.
 */
export async function prepareSameImage(
  engine: Pick<Engine, 'findImage' | 'prepareImage'>,
  { image, firstImage }: Pick<BuildSpec, 'image' | 'firstImage'>,
  { signal, note }: { signal: AbortSignal; note: (text: string) => void },
): Promise<PreparedImage> {
  if (!firstImage) return engine.prepareImage(image, { signal });
  const same = await engine.findImage(firstImage.id, { signal });
  // By its id the engine may not say which name the digest belongs to.
  if (same) return { id: same.id, ...(firstImage.digest === undefined ? {} : { digest: firstImage.digest }) };
  const pulled = firstImage.digest === undefined ? undefined : await pullByDigest(firstImage.digest);
  if (pulled) return pulled;
  const now = await engine.prepareImage(image, { signal });
  if (now.id !== firstImage.id) {
    note(`the image ${image} is not what it was at the first attempt: ${firstImage.id} then, ${now.id} now`);
  }
  return now;

  async function pullByDigest(digest: string): Promise<PreparedImage | undefined> {
    try {
      return await engine.prepareImage(digest, { signal });
    } catch (error) {
      if (error instanceof EngineRefusal && error.code === 'image-unavailable') return undefined;
      throw error;
    }
  }
}
