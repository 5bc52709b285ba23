import type { KyselyPlugin } from 'kysely';

/**
 * Lets SQLite understand statements that lock rows (`for update`): it has no such words and no need of them, for a
 * transaction that begins there has the whole file to itself. So the statements are written once, for both databases.
 */
export const dropRowLocks: KyselyPlugin = {
  transformQuery({ node }) {
    if (node.kind !== 'SelectQueryNode' || !node.endModifiers) return node;
    const { endModifiers: _locks, ...unlocked } = node;
    return unlocked;
  },
  transformResult: async ({ result }) => result,
};
