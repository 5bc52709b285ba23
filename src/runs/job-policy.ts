import { isImageAllowed } from '../../pipelines/is-image-allowed.ts';
import type { JobPlan } from '../../pipelines/plan.ts';

/** What jobs may have here, whatever their pipeline asks for. */
export type JobPolicy = {
  memoryBytes: number;
  cpus: number;
  pids: number;
  /** Absent: as much as there is. */
  diskBytes?: number;
  /** Globs; absent: every image. */
  images?: readonly string[];
};

/** Everything that a job asks for and may not have, with the setting that says so; empty when it may be carried out. */
export function refusedOf(plan: JobPlan, policy: JobPolicy): string[] {
  if (plan.kind === 'deploy') return [];
  const { memoryBytes = 0, cpus = 0, pids = 0, diskBytes = 0 } = plan.resources ?? {};
  const refused = [
    memoryBytes > policy.memoryBytes &&
      tooMuch(`${mib(memoryBytes)} of memory`, mib(policy.memoryBytes), 'HOOKLINE_JOB_MEMORY_MIB'),
    cpus > policy.cpus && tooMuch(`${cpus} processors`, `${policy.cpus}`, 'HOOKLINE_JOB_CPUS'),
    pids > policy.pids && tooMuch(`${pids} processes`, `${policy.pids}`, 'HOOKLINE_JOB_PIDS'),
    policy.diskBytes !== undefined &&
      diskBytes > policy.diskBytes &&
      tooMuch(`${mib(diskBytes)} of disk`, mib(policy.diskBytes), 'HOOKLINE_JOB_DISK_MIB'),
    ...[plan.image, ...(plan.services ?? []).map(({ image }) => image)].map(
      (image) => policy.images && !isImageAllowed(policy.images, image) && outside(image, policy.images),
    ),
  ];
  return refused.filter((text) => typeof text === 'string').map((text) => `job "${plan.name}" ${text}`);
}

function tooMuch(asked: string, allowed: string, setting: string): string {
  return `asks for ${asked}, and ${setting} allows ${allowed}`;
}

function outside(image: string, images: readonly string[]): string {
  return `asks for the image ${image}, and HOOKLINE_IMAGES allows ${images.join(', ')}`;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
