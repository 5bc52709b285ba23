import { z } from 'zod';
import { flag, mapping, oneOf } from './shape-values.ts';

const form = 'false, or a mapping such as { submodules: true, depth: 50 }';
const depths = 'a number of commits, a whole number from 1 to 1000000, or all';
const submoduleForm = 'true, false or recursive';

/** What may stand under `checkout`, of a job or at the top. */
export const checkout = z
  .union(
    [
      flag,
      mapping(form, {
        submodules: z
          .union([flag, z.literal('recursive', { error: submoduleForm })], { error: submoduleForm })
          .optional()
          .meta({
            description:
              'Checks out the submodules, each at the commit that the repository names; recursive: theirs, too. The ' +
              'credential of the repository is sent to the same host and owner alone, everybody else is asked without ' +
              'one; addresses for SSH are asked over HTTPS.',
            unlessGiven: 'false: their directories are empty',
            limits: 'at most 200 of them, 8 levels deep',
            examples: [true, 'recursive'],
          }),
        lfs: flag.optional().meta({
          description: 'Fetches the files in Git LFS; without it, their pointers are what is checked out.',
          unlessGiven: 'false',
          examples: [true],
        }),
        depth: z
          .union(
            [
              z.int({ error: depths }).min(1, { error: depths }).max(1_000_000, { error: depths }),
              z.literal('all', { error: depths }),
            ],
            { error: depths },
          )
          .optional()
          .meta({
            description:
              'How many commits `git log` finds in the workspace, the newest first. all: the whole history and all ' +
              'tags, as `git describe` wants them.',
            unlessGiven: '1',
            examples: [50, 'all'],
          }),
        ref: oneOf(['head', 'merge'])
          .optional()
          .meta({
            description:
              'Of a pull request. head: its newest commit. merge: that commit merged into the base branch, as the host ' +
              'made it (`refs/pull/<number>/merge`); when there is none, or an old one, the head is built and the run ' +
              'says so. Pushes, tags and schedules are built as they are. The status is always that of the head.',
            unlessGiven: 'head',
            examples: ['merge'],
          }),
      }),
    ],
    { error: form },
  )
  .meta({
    description:
      'What of the repository lies in the workspace before the first step. false: nothing, for jobs that need no source.',
    unlessGiven: 'the commit with a `.git` of its own: no submodules, no files of Git LFS, no older commits',
    examples: [{ submodules: true, depth: 50 }, false],
  });

export type CheckoutShape = z.output<typeof checkout>;
