/**
 * PORT. Which check run of the forge stands for which job, so that there is one and no more.
 *
 * `begin` notes, before one is made, that somebody is about to; `isFirst` is true for one caller alone. Without an `id`
 * and not the first, one may stand at the forge that nobody could note any more: it is to be looked for there.
 */
export type CheckBook = {
  begin(externalId: string): Promise<{ isFirst: boolean; id?: number }>;
  keep(externalId: string, id: number): Promise<void>;
};
