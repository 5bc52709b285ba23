/** What the definition of a key says of it. */
export type KeyFacts = {
  required: boolean;
  description: string;
  /** What is wanted there, in the words that mistakes are told in. */
  wanted: string;
  limits: string[];
  unlessGiven: string;
  /** Values, as they stand behind the key. */
  examples: unknown[];
  /** The page whose keys may stand below the names of this one. */
  keysOf?: string;
};

/** What is known of one key of `.hookline.yml`, out of the very definition that files are checked against. */
export type KeyDescription = KeyFacts & {
  /** Below the key of its page: `approval.by`; empty for the page's own key. */
  path: string;
  /** As people write it in full: `jobs.<name>.approval.by`. */
  fullPath: string;
  /** The page that says more, when the same may stand elsewhere in the file. */
  sameAs?: string;
  children: KeyDescription[];
};
