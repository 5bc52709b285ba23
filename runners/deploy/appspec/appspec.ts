/**
 * The application specification file of AWS CodeDeploy for EC2/on-premises, as far as Linux hosts go.
 * The source of each rule is the CodeDeploy user guide, "AppSpec 'files' section", "'permissions' section"
 * and "'hooks' section".
 */
export type Appspec = {
  readonly files: readonly AppspecFile[];
  readonly fileExistsBehavior?: FileExistsBehavior;
  readonly permissions: readonly AppspecPermission[];
  readonly hooks: Readonly<Partial<Record<HookName, readonly AppspecScript[]>>>;
};

/** Where something stands in the appspec file; both count from 1. */
export type AppspecPosition = { readonly line: number; readonly column: number };

export type AppspecFile = {
  /** Relative to the bundle, without leading or trailing slash; `''` is the whole bundle. */
  readonly source: string;
  /** Absolute and normalized. It always names a directory: a file is copied into it. */
  readonly destination: string;
  readonly at: AppspecPosition;
};

export const fileExistsBehaviors = ['DISALLOW', 'OVERWRITE', 'RETAIN'] as const;
export type FileExistsBehavior = (typeof fileExistsBehaviors)[number];

export const permissionTypes = ['file', 'directory'] as const;
export type PermissionType = (typeof permissionTypes)[number];

export type AppspecPermission = {
  /** Absolute and normalized. */
  readonly object: string;
  /** `**` is everything below the object; any other pattern speaks of the object's immediate children. */
  readonly pattern: string;
  readonly except: readonly string[];
  readonly types: readonly PermissionType[];
  readonly owner?: string;
  readonly group?: string;
  /** The mode bits as a number, set-id and sticky bits included. */
  readonly mode?: number;
  /** Settings that are valid for CodeDeploy and that a local deployment refuses. */
  readonly notCarriedOut: readonly ('acls' | 'context')[];
  readonly at: AppspecPosition;
};

export type AppspecScript = {
  /** Relative to the bundle, normalized. */
  readonly location: string;
  /** Unset: whatever the event has left of its 3600 seconds. */
  readonly timeoutSeconds?: number;
  readonly runas?: string;
  readonly at: AppspecPosition;
};

/** Events that may run scripts, in the order in which CodeDeploy runs them. */
export const hookNames = [
  'BeforeBlockTraffic',
  'AfterBlockTraffic',
  'ApplicationStop',
  'BeforeInstall',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const;
export type HookName = (typeof hookNames)[number];

/** Events of CodeDeploy's own, which take no scripts. */
export const reservedEvents = ['Start', 'DownloadBundle', 'Install', 'BlockTraffic', 'AllowTraffic', 'End'];

/** All scripts of one event together may take this long. */
export const eventLimitSeconds = 3600;
