import { z } from 'zod';
import { duration, environmentVariables, image, mapping, named, text } from './shape-values.ts';

const noDocker =
  'services by name, such as { db: postgres:17 }. There is no Docker in a job: images are built without it, with ' +
  'buildah or rootless BuildKit in a step';

const command = text('a shell command').refine((value) => value.trim() !== '' && !value.includes('\0'), {
  error: 'a shell command',
});

const whole = mapping('an image, or a mapping with image, env, command, port, ready and timeout', {
  image: image.meta({ description: 'The container image of the service.', examples: ['postgres:17'] }),
  env: environmentVariables.optional().meta({
    description: 'Environment variables of the service.',
    examples: [{ POSTGRES_PASSWORD: 'shop' }],
  }),
  command: command.optional().meta({
    description: 'What runs in place of what the image would run by itself, given to its `/bin/sh`.',
    unlessGiven: 'what the image runs',
    examples: ['redis-server --save ""'],
  }),
  port: z
    .int({ error: 'a port, 1 to 65535' })
    .min(1, { error: 'a port, 1 to 65535' })
    .max(65_535, { error: 'a port, 1 to 65535' })
    .optional()
    .meta({
      description: 'The service is ready when something listens on this port.',
      unlessGiven: 'the first port that the image exposes',
      examples: [5432],
    }),
  ready: command.optional().meta({
    description: 'A command that is run in the service until it succeeds: then the service is ready.',
    unlessGiven: 'the health check of the image, else `port`',
    examples: ['pg_isready'],
  }),
  timeout: duration
    .optional()
    .meta({ description: 'How long it may take to be ready.', unlessGiven: '1m', examples: ['2m'] }),
});

/** What may stand under `services` of a job: their names are what the steps reach them by. */
export const services = z
  .record(
    named(/^[a-z][a-z0-9-]{0,30}$/, 'a host name of a-z, 0-9 and -, at most 31 long'),
    z.union([image, whole], { error: 'an image, or a mapping with image' }),
    { error: noDocker },
  )
  .refine((value) => Object.keys(value).length <= 10, { error: 'at most 10 services' })
  .meta({
    description:
      'Containers beside the job, each reached by its name as a host. Steps begin when all are ready: by `ready`, else ' +
      'by the health check of the image, else by `port`, else by the first port that the image exposes.',
    unlessGiven: 'none',
    examples: [{ db: 'postgres:17' }],
  });

export type ServicesShape = z.output<typeof services>;
