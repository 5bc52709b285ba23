import { z } from 'zod';
import { mapping, text } from './shape-values.ts';
import { parseSize, sizePattern } from './size.ts';

const form = 'a size such as 512m or 2g';
const least = 64;
const size = text(form)
  .regex(sizePattern, { error: form, abort: true })
  .refine((value) => (parseSize(value) ?? 0) >= least * 1024 * 1024, {
    error: `a size of at least ${least}m`,
  });

const cpus = 'a number of processors such as 2 or 0.5, from 0.1 to 1024';
const pids = 'a number of processes, a whole number from 16 to 1000000';

/** What may stand under `resources` of a job. How much of it is allowed is the installation's to say. */
export const resources = mapping('a mapping such as { memory: 2g, cpus: 1.5 }', {
  memory: size
    .optional()
    .describe('Of all processes together; the kernel kills one of those that need more.'),
  cpus: z.number({ error: cpus }).min(0.1, { error: cpus }).max(1024, { error: cpus }).optional(),
  pids: z
    .int({ error: pids })
    .min(16, { error: pids })
    .max(1_000_000, { error: pids })
    .optional()
    .describe('How many processes and threads there may be at one time.'),
  disk: size
    .optional()
    .describe(
      'Of its workspace, and of what it writes elsewhere in its container; a job that uses more is ended.',
    ),
})
  .refine((value) => Object.keys(value).length > 0, { error: 'at least one of memory, cpus, pids and disk' })
  .describe(
    'What the job may use, at most as much as the installation allows, which is also what it may use unless this is given.',
  );

export type ResourcesShape = z.output<typeof resources>;
