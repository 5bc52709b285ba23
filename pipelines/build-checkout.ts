import type { CheckoutShape } from './checkout-shape.ts';
import type { CheckoutDefinition } from './pipeline.ts';

/** Only what is out of the ordinary, and nothing at all when nothing is. */
export function buildCheckout(shape: CheckoutShape | undefined): { checkout?: CheckoutDefinition | false } {
  if (shape === false) return { checkout: false };
  if (shape === undefined || shape === true) return {};
  const { submodules, lfs, depth, ref } = shape;
  const checkout: CheckoutDefinition = {
    ...(submodules ? { submodules } : {}),
    ...(lfs ? { lfs } : {}),
    ...(depth === undefined || depth === 1 ? {} : { depth }),
    ...(ref === 'merge' ? { ref } : {}),
  };
  return Object.keys(checkout).length === 0 ? {} : { checkout };
}
