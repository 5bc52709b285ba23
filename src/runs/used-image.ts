import type { JobEvent } from '../contract/job-event.ts';
import type { Job, UsedImage } from './run.ts';

/** What a runner says that the job's container was made of; nothing where there is none or the runner is an older one. */
export function usedImage(body: Extract<JobEvent, { type: 'job.started' }>): UsedImage | undefined {
  const { image, imageId, imageDigest } = body;
  if (image === undefined || imageId === undefined) return undefined;
  return { name: image, id: imageId, ...(imageDigest === undefined ? {} : { digest: imageDigest }) };
}

/** Engines may give one image ids of their own; its digest is the same everywhere. */
export function isAnotherImage(first: UsedImage, used: UsedImage): boolean {
  return first.id !== used.id && (first.digest === undefined || first.digest !== used.digest);
}

/** That the newest attempt did not run in what the first one ran in, and what the two were. */
export function movedImageText({
  image: first,
  attempt,
}: Pick<Job, 'image' | 'attempt'>): string | undefined {
  const used = attempt?.image;
  if (!first || !used || !isAnotherImage(first, used)) return undefined;
  return `image ${used.name} has moved since the first attempt: ${shortId(first)} then, ${shortId(used)} now`;
}

export function shortId({ id }: Pick<UsedImage, 'id'>): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
