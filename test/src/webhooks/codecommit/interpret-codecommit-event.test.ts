import { describe, expect, it } from 'vitest';
import { interpretCodecommitEvent } from '../../../../src/webhooks/codecommit/interpret-codecommit-event.ts';
import { WebhookRefusal } from '../../../../src/webhooks/webhook-refusal.ts';
import { codecommitRecord, commit } from './codecommit-intake.ts';

function read(references: unknown[], changes: Record<string, unknown> = {}) {
  const record = codecommitRecord({ codecommit: { references }, ...changes });
  return interpretCodecommitEvent({ payload: { Records: [record] } });
}

describe('an event of a CodeCommit trigger', () => {
  it('builds the branch that was pushed', () => {
    expect(read([{ commit, ref: 'refs/heads/main' }])).toEqual({
      changes: [
        {
          provider: 'codecommit',
          event: 'push',
          repository: 'my-repo',
          ref: 'refs/heads/main',
          sha: commit,
          branch: 'main',
          fork: false,
          title: '',
          message: '',
          author: { name: 'Mary_Major' },
          sender: 'Mary_Major',
          codecommit: { region: 'us-east-1', account: '123456789012' },
        },
      ],
    });
  });

  it('builds a tag as a tag', () => {
    expect(read([{ commit, ref: 'refs/tags/v1', created: true }])).toMatchObject({
      changes: [{ event: 'tag', tag: 'v1', ref: 'refs/tags/v1', sha: commit }],
    });
  });

  it('builds each of several references and says of each other one why not', () => {
    const several = read([
      { commit, ref: 'refs/heads/main' },
      { commit, ref: 'refs/heads/old', deleted: true },
      { commit, ref: 'refs/tags/v1' },
      { commit: '0'.repeat(40), ref: 'refs/heads/empty' },
      { commit, ref: 'refs/notes/commits' },
      { commit, ref: 'refs/heads/--output=x' },
      { ref: 'refs/heads/lost' },
    ]);
    expect(several).toMatchObject({
      changes: [{ ref: 'refs/heads/main' }, { ref: 'refs/tags/v1' }],
      leftOut: [
        { ref: 'refs/heads/old', reason: 'branch old was deleted' },
        { ref: 'refs/heads/empty', reason: "branch empty has no commit, as in a trigger's test event" },
        { ref: 'refs/notes/commits', reason: 'refs/notes/commits is neither a branch nor a tag' },
        { ref: 'refs/heads/--output=x', reason: 'it is not a reference that git would take' },
        { ref: 'refs/heads/lost', reason: 'branch lost comes without a commit id' },
      ],
    });
  });

  it('builds nothing when all its references were deleted, and names them', () => {
    const gone = (name: string) => ({ commit, ref: `refs/heads/${name}`, deleted: true });
    expect(read([gone('a'), gone('b')])).toMatchObject({
      ignored: 'branch a was deleted; branch b was deleted',
      deleted: [{ name: 'a' }, { name: 'b' }],
    });
    expect(read([])).toEqual({ ignored: 'the event names no reference' });
  });

  it('names a few of thousands of references that build nothing', () => {
    const references = Array.from({ length: 4_000 }, (_, index) => ({
      commit,
      ref: `refs/heads/b${index}`,
      deleted: true,
    }));
    expect(read(references)).toMatchObject({
      ignored: expect.stringMatching(/b4 was deleted; and 3995 more$/),
    });
  });

  it('knows regions of other partitions and the session of an assumed role', () => {
    const abroad = read([{ commit, ref: 'refs/heads/main' }], {
      eventSourceARN: 'arn:aws-cn:codecommit:cn-north-1:210987654321:dienst',
      userIdentityARN: 'arn:aws-cn:sts::210987654321:assumed-role/Developer/mei',
    });
    expect(abroad).toMatchObject({
      changes: [
        {
          repository: 'dienst',
          sender: 'mei',
          codecommit: { region: 'cn-north-1', account: '210987654321' },
        },
      ],
    });
  });

  it('does without knowing who pushed', () => {
    const unnamed = read([{ commit, ref: 'refs/heads/main' }], { userIdentityARN: undefined });
    expect(unnamed).toMatchObject({ changes: [{ author: { name: 'unknown' } }] });
  });

  it.each([null, 7, 'text', [], {}, { Records: null }, { Records: [null] }, { Records: [{}] }])(
    'that is %j ends in a typed refusal or in a reason',
    (payload) => {
      try {
        expect(interpretCodecommitEvent({ payload })).toHaveProperty('ignored');
      } catch (error) {
        expect(error).toBeInstanceOf(WebhookRefusal);
      }
    },
  );
});
