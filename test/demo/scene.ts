import type { HostUser } from '../../runners/deploy/local/host-users.ts';
import type { GitHost } from '../githost/git-host.ts';
import type { WorkingCopy } from '../support/working-copy.ts';
import type { Bucket } from './bucket.ts';
import type { Checks } from './checks.ts';
import type { HooklineApi } from './hookline-api.ts';
import type { Codecommit } from './open-codecommit.ts';
import type { Hookline } from './start-hookline.ts';
import type { Terminal } from './terminal.ts';

/** What every act works with. */
export type Scene = {
  readonly terminal: Terminal;
  readonly checks: Checks;
  /** Aborted when the demo is told to stop, and when hookline has ended. */
  readonly signal: AbortSignal;
  readonly dockerHost: string;
  readonly host: GitHost;
  readonly codecommit: Codecommit;
  /** Where hookline keeps artifacts and logs; in a directory when there is none. */
  readonly bucket: Bucket | undefined;
  readonly hookline: Hookline;
  readonly api: HooklineApi;
  /** As the git host knows it. */
  readonly repository: string;
  /** With credentials: never shown. */
  readonly pushUrl: string;
  readonly app: WorkingCopy;
  readonly deployment: {
    /** The directory that `HOOKLINE_LOCAL_DEPLOY` allows. */
    readonly root: string;
    readonly destination: string;
    readonly user: HostUser;
    readonly url: string;
  };
  /** What the demo made for its own time, and what stays for whoever wants to look. */
  readonly directory: string;
  readonly keptDirectory: string;
  readonly logFile: string;
};
