import { z } from 'zod';

/** What of the repository a job wants in its workspace: `false` is nothing, absent the commit alone. */
export const checkoutSpecSchema = z.union([
  z.literal(false),
  z.object({
    submodules: z.union([z.literal(true), z.literal('recursive')]).optional(),
    /** The credential of the repository may be sent for submodules of its owner, too: no stranger wrote which they are. */
    ownerCredential: z.literal(true).optional(),
    lfs: z.literal(true).optional(),
    /** Commits of history. */
    depth: z.union([z.int().positive(), z.literal('all')]).optional(),
    /** Of a pull request: where the host keeps its merge, and what it is merged into. */
    merge: z.object({ ref: z.string(), baseRef: z.string() }).optional(),
  }),
]);

export type CheckoutSpec = z.infer<typeof checkoutSpecSchema>;
