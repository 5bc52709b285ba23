import { isImageAllowed } from '../pipelines/is-image-allowed.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { EngineRefusal } from './engine/engine.ts';

/** Control looks, too; a machine that has a list of its own goes by that as well. */
export function checkImages(
  { image, services = [] }: Pick<BuildSpec, 'image' | 'services'>,
  allowed: readonly string[] | undefined,
): void {
  if (!allowed) return;
  const outside = [image, ...services.map((service) => service.image)].find(
    (name) => !isImageAllowed(allowed, name),
  );
  if (outside === undefined) return;
  throw new EngineRefusal(
    'image-not-allowed',
    `the image ${outside} is not among those that HOOKLINE_IMAGES of this runner allows: ${allowed.join(', ')}`,
  );
}
