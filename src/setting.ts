/** One environment variable, as the README's table and `hookline config` show it. */
export type Setting = {
  name: string;
  /** What holds when it is unset. */
  fallback: string;
  meaning: string;
  /** Never shown. */
  secret?: true;
};
