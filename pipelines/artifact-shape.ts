import { z } from 'zod';
import { artifactName, directory, mapping, paths } from './shape-values.ts';

const artifact = mapping('a mapping with name and paths', {
  name: artifactName.meta({
    description: 'Stored as `<name>.<format>`; may hold `{matrix.<axis>}`.',
    examples: ['app'],
  }),
  paths: paths.meta({
    description: 'What goes in: globs, files, or directories with all below them.',
    examples: [['dist', 'appspec.yml']],
  }),
  exclude: paths.optional().meta({
    description: 'What of it stays out.',
    unlessGiven: 'nothing',
    examples: ['**/*.map'],
  }),
  strip_prefix: directory.optional().meta({
    description: 'Leading directory to leave out of the names in the artifact.',
    unlessGiven: 'names are those of the repository',
    examples: ['dist'],
  }),
  format: z
    .enum(['zip', 'tar.gz', 'tar.zst'], { error: 'zip, tar.gz or tar.zst' })
    .optional()
    .meta({
      description:
        'What it is packed as. Modes and links are kept in each, and the same files make the same bytes. Only a zip can be deployed.',
      unlessGiven: 'zip',
      examples: ['tar.gz'],
    }),
});

export const artifacts = z
  .array(artifact, { error: 'a list of artifacts, each with name and paths' })
  .max(50, { error: 'at most 50 artifacts' })
  .meta({
    description:
      'Archives of what the job made, collected when every process of it is dead, kept in the store, and deployed by `deploy`.',
    unlessGiven: 'nothing is kept',
    examples: [[{ name: 'app', paths: ['dist', 'appspec.yml'] }]],
  });

export type ArtifactShape = z.output<typeof artifact>;
