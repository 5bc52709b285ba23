import type { Kysely } from 'kysely';
import type { CommentBook } from '../runs/comment-book.ts';
import type { Tables } from './tables.ts';

export function createSqlCommentBook(db: Kysely<Tables>): CommentBook {
  return {
    async begin(key, mark) {
      const begun = await db
        .insertInto('comments')
        .values({ key, mark, comment_id: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('key')
        .execute();
      if (begun.length > 0) return { isFirst: true, mark };
      const row = await db
        .selectFrom('comments')
        .select(['mark', 'comment_id'])
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      return {
        isFirst: false,
        mark: row.mark,
        ...(row.comment_id === null ? {} : { id: row.comment_id }),
      };
    },

    async keep(key, id) {
      await db.updateTable('comments').set({ comment_id: id }).where('key', '=', key).execute();
    },

    async forget(key, id) {
      await db.deleteFrom('comments').where('key', '=', key).where('comment_id', '=', id).execute();
    },
  };
}
