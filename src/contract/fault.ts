/**
 * Whose doing it is that an attempt did not come to an end of its own, by the code of its reason:
 *
 * - `infrastructure`: something that likely passes by itself. The job is given out again, a few times.
 * - `hand-back`: the runner stopped for its own sake. The job is given out again, and this counts as no fault.
 * - `repository`: the code, the pipeline file, or a limit that was set on purpose. Trying again would say the same.
 * - `installation`: something that whoever runs hookline has to mend first.
 */
export const faultKinds = ['infrastructure', 'hand-back', 'repository', 'installation'] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * Every code that an attempt can end with. `source-…` are git's (and control's own, where it reads the pipeline), `store-…`
 * the blob store's, those with `_` a deployment target's.
 */
export const faults = {
  'runner-lost': 'infrastructure',
  'runner-fenced': 'infrastructure',
  'runner-restarted': 'hand-back',
  'runner-handed-back': 'hand-back',

  'engine-unreachable': 'infrastructure',
  'engine-failed': 'infrastructure',
  'image-pull-failed': 'infrastructure',
  'image-unavailable': 'repository',
  'image-not-allowed': 'installation',
  'container-refused': 'repository',
  'container-killed': 'repository',
  'service-not-ready': 'repository',
  'step-invalid': 'repository',
  'needs-isolation': 'installation',
  'disk-full': 'infrastructure',
  internal: 'installation',
  'workspace-bad-lease-id': 'installation',
  'workspace-already-there': 'installation',

  'source-unreachable': 'infrastructure',
  'source-timeout': 'infrastructure',
  'source-damaged': 'infrastructure',
  'source-no-space': 'infrastructure',
  'source-failed': 'infrastructure',
  'source-authentication': 'installation',
  'source-refused': 'installation',
  'source-bad-source': 'installation',
  'source-git-missing': 'installation',
  'source-destination-in-use': 'installation',
  'source-bad-path': 'repository',
  'source-not-found': 'repository',
  'source-ref-missing': 'repository',
  'source-commit-unreachable': 'repository',
  'source-moved': 'repository',
  'source-too-large': 'repository',
  'source-submodule-url': 'repository',
  'source-lfs-missing': 'repository',
  'source-lfs-mismatch': 'infrastructure',
  'source-unsafe-tree': 'repository',

  'store-unreachable': 'infrastructure',
  'store-no-space': 'infrastructure',
  'store-corrupt': 'infrastructure',
  'store-size-mismatch': 'infrastructure',
  'store-closed': 'infrastructure',
  'store-not-writable': 'installation',
  'store-no-bucket': 'installation',
  'store-no-credentials': 'installation',
  'store-access-denied': 'installation',
  'store-wrong-region': 'installation',
  'store-bad-key': 'repository',
  'store-bad-range': 'repository',
  'store-too-large': 'repository',

  'step-failure': 'repository',
  'step-timeout': 'repository',
  'no-output': 'repository',
  'job-timeout': 'repository',
  'run-timeout': 'repository',
  'out-of-memory': 'repository',
  'disk-limit': 'repository',
  'queue-timeout': 'installation',

  'pattern-outside': 'repository',
  'pattern-unmatched': 'repository',
  'prefix-unmatched': 'repository',
  'link-outside': 'repository',
  'special-file': 'repository',
  'name-unsafe': 'repository',
  'name-twice': 'repository',
  'too-many-files': 'repository',
  unreadable: 'repository',
  'file-changed': 'repository',
  'zip-corrupt': 'repository',
  'zip-unsafe': 'repository',
  'zip-unsupported': 'repository',
  'zip-too-large': 'repository',
  'directory-not-empty': 'repository',

  'secret-missing': 'installation',
  'secret-unfit': 'installation',
  'not-allowed': 'installation',
  'artifact-missing': 'repository',
  'forge-missing': 'installation',
  'not-understood': 'installation',

  'bundle-missing': 'repository',
  'bundle-altered': 'installation',
  'target-unknown': 'installation',
  target_invalid: 'repository',
  not_allowed: 'installation',
  host_unsuitable: 'installation',
  key_reused: 'installation',
  bundle_mismatch: 'installation',
  appspec_invalid: 'repository',
  bundle_invalid: 'repository',
  install_failed: 'repository',
  hook_failed: 'repository',
  hook_timed_out: 'repository',
  // What a deployment left behind half done is for a person to look at: none of it is tried again by itself.
  interrupted: 'installation',
  provider_failed: 'installation',
  provider_unreachable: 'infrastructure',
  cancelled: 'repository',
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof faults;

/** Nothing for a code of another version of the runner, which is then taken as it is. */
export function faultKindOf(code: string): FaultKind | undefined {
  return Object.hasOwn(faults, code) ? faults[code as FaultCode] : undefined;
}
