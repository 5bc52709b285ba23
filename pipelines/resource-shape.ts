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
  memory: size.optional().meta({
    description: 'Memory of all processes together; the kernel kills one of those that need more.',
    unlessGiven: 'what the installation allows',
    examples: ['2g'],
  }),
  cpus: z
    .number({ error: cpus })
    .min(0.1, { error: cpus })
    .max(1024, { error: cpus })
    .optional()
    .meta({
      description: 'How many processors it may use.',
      unlessGiven: 'what the installation allows',
      examples: [1.5],
    }),
  pids: z
    .int({ error: pids })
    .min(16, { error: pids })
    .max(1_000_000, { error: pids })
    .optional()
    .meta({
      description: 'How many processes and threads there may be at one time.',
      unlessGiven: 'what the installation allows',
      examples: [500],
    }),
  disk: size.optional().meta({
    description:
      'Size of its workspace, and of what it writes elsewhere in its container; a job that uses more is ended.',
    unlessGiven: 'what the installation allows',
    examples: ['10g'],
  }),
})
  .refine((value) => Object.keys(value).length > 0, { error: 'at least one of memory, cpus, pids and disk' })
  .meta({
    description: 'What the job may use, at most as much as the installation allows.',
    unlessGiven: 'what the installation allows (HOOKLINE_JOB_MEMORY_MIB and its like)',
    examples: [{ memory: '2g', cpus: 1.5 }],
  });

export type ResourcesShape = z.output<typeof resources>;
