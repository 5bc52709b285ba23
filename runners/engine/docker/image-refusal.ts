import { EngineRefusal } from '../engine.ts';

/**
 * The daemon hands on what the registry said, and the registry's own codes with it ("manifest unknown", "denied",
 * "toomanyrequests": OCI Distribution Specification, "Error Codes"); what stopped it on the way is in Go's words. What
 * means the way or a moment comes first, as a registry that is too busy may well say so beside a "denied".
 */
const passing =
  /toomanyrequests|too many requests|\b(429|5\d\d)\b|time[d ]?\s?out|deadline exceeded|connection (refused|reset)|no such host|temporary failure|server misbehaving|unreachable|no route to host|\bEOF\b|broken pipe|no progress/i;
const forGood =
  /unknown|not found|no such image|does not exist|denied|unauthorized|authentication|no basic auth|invalid|no matching manifest|not supported/i;

/** Why an image was not had, by what was said of it. What nobody has heard before may pass. */
export function imageRefusal(image: string, words: string, cause?: unknown): EngineRefusal {
  const options = { cause };
  if (isFullDisk(words)) {
    const message = `the image ${image} could not be pulled: ${words} — free some space on the disk of this runner`;
    return new EngineRefusal('disk-full', message, options);
  }
  if (passing.test(words) || !forGood.test(words)) {
    const message = `the image ${image} could not be pulled: ${words} — its registry, or the way there, failed`;
    return new EngineRefusal('image-pull-failed', message, options);
  }
  const message = `the image ${image} cannot be had: ${words} — check its name and tag, and that this runner may pull it`;
  return new EngineRefusal('image-unavailable', message, options);
}

export function isFullDisk(words: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(words);
}
