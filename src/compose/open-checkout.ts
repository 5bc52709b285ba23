import type { Checkout } from '../../runners/bring-source.ts';
import { pause } from '../../runners/deploy/codedeploy/pause.ts';
import { checkOutSource } from '../../runners/workspace/check-out-source.ts';
import { openLfsStore } from '../../runners/workspace/lfs/lfs-store.ts';
import type { Mirrors } from '../../runners/workspace/mirror.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { cloneBases } from './clone-bases.ts';
import type { DataDirectory } from './data-directory.ts';

/** How a runner fills the workspaces of its jobs: from its mirrors, and with files in Git LFS that it keeps beside them. */
export function openCheckout(parts: {
  mirrors: Mirrors;
  data: DataDirectory;
  config: Config;
  clock: Clock;
}): Checkout {
  const { mirrors, data, config, clock } = parts;
  const ports = {
    mirrors,
    lfs: openLfsStore({
      directory: data.path('lfs'),
      // What may be kept on this disk because it may be wanted again, as caches are.
      limitBytes: config.cache.localBytes,
      now: clock.now,
    }),
    allowedBases: cloneBases(config),
    pause: (ms: number, signal: AbortSignal) => pause(clock, ms, signal),
  };
  return async ({ source, checkout }, directory, options) => {
    const wanted = checkout || {};
    const { ref, sha, remark } = await checkOutSource(ports, source, wanted, directory, options);
    if (wanted.merge === undefined) return undefined;
    return { ref, sha, ...(remark === undefined ? {} : { remark }) };
  };
}
