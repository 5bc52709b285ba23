/**
 * PORT. Which comment of ours stands for what, so that there is one and no more.
 *
 * `begin` notes, before one is written, that somebody is about to, with a mark that its text will hold and that nobody
 * knows before; the mark of whoever came first stays. `isFirst` is true for one caller alone. Without an `id` and not the
 * first, one may stand at the forge that nobody could note any more: it is the oldest that holds the mark. `forget` is for
 * one that was deleted there.
 */
export type CommentBook = {
  begin(key: string, mark: string): Promise<{ isFirst: boolean; mark: string; id?: number }>;
  keep(key: string, id: number): Promise<void>;
  forget(key: string, id: number): Promise<void>;
};
