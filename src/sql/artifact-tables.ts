export type ArtifactRow = {
  id: string;
  run_id: string;
  job_id: string;
  job_name: string;
  attempt: number;
  name: string;
  key: string;
  size_bytes: number;
  sha256: string;
  file_count: number;
  created_at: number;
  /** What its name ends in; null for zip. */
  format: string | null;
  /** 1 once a deployment took it. */
  deployed: number | null;
  /** `due`, then `stored`, or `none`; null for what is older than signing. */
  provenance: string | null;
};

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
