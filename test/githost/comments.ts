import { z } from 'zod';

const reactions = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
const written = z.strictObject({ body: z.string().min(1).max(65_536) });
const reacted = z.strictObject({ content: z.enum(reactions) });

/** A comment below a pull request, and every text that it had, the first one first. */
export interface Comment {
  readonly id: number;
  readonly repository: string;
  readonly issue: number;
  readonly author: string;
  readonly createdAt: Date;
  readonly texts: string[];
  /** Each once for each who gave it. */
  readonly reactions: { id: number; content: string; by: string }[];
}

type Refused = { message: string };

export interface Comments {
  /** Takes it, or says why GitHub would not. */
  write(place: { repository: string; issue: number; author: string }, body: unknown): Comment | Refused;
  edit(comment: Comment, body: unknown): Comment | Refused;
  /** `isNew`: it was not given before. */
  react(
    comment: Comment,
    by: string,
    body: unknown,
  ): { id: number; content: string; isNew: boolean } | Refused;
  remove(comment: Comment): void;
  find(repository: string, id: number): Comment | undefined;
  /** The oldest first. */
  list(repository: string, issue: number): Comment[];
}

/** https://docs.github.com/en/rest/issues/comments, with its limits. */
export function createComments(): Comments {
  let all: Comment[] = [];
  let ids = 3_000_000_000;
  const refused = (error: z.ZodError): Refused => ({
    message: `Validation Failed: ${z.prettifyError(error)}`,
  });

  return {
    write({ repository, issue, author }, body) {
      const read = written.safeParse(body);
      if (!read.success) return refused(read.error);
      ids += 1;
      const texts = [read.data.body];
      const comment = { id: ids, repository, issue, author, createdAt: new Date(), texts, reactions: [] };
      all.push(comment);
      return comment;
    },
    edit(comment, body) {
      const read = written.safeParse(body);
      if (!read.success) return refused(read.error);
      comment.texts.push(read.data.body);
      return comment;
    },
    react(comment, by, body) {
      const read = reacted.safeParse(body);
      if (!read.success) return refused(read.error);
      const { content } = read.data;
      const given = comment.reactions.find((one) => one.by === by && one.content === content);
      if (given) return { ...given, isNew: false };
      ids += 1;
      const reaction = { id: ids, content, by };
      comment.reactions.push(reaction);
      return { ...reaction, isNew: true };
    },
    remove(comment) {
      all = all.filter((other) => other !== comment);
    },
    find: (repository, id) => all.find((comment) => comment.id === id && comment.repository === repository),
    list: (repository, issue) =>
      all.filter((comment) => comment.repository === repository && comment.issue === issue),
  };
}
