/** An artifact or a log that was removed by policy, from the moment that readers are told so. */
export type RemovalRow = {
  /** The artifact's, or `<job>/<attempt>` of a log. */
  id: string;
  kind: string;
  run_id: string;
  /** The artifact's key, or the prefix of the log's. */
  target: string;
  because: string;
  removed_at: number;
  /** How often its files were removed. */
  purges: number;
  /** When they are to be removed, or removed again; null when that is over. */
  purge_due: number | null;
};
