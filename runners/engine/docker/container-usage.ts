import type { ContainerUsage } from '../engine.ts';

/** What is used of the engine's answer; which of it is there depends on the kernel's cgroups (Docker Engine API, "Get container stats"). */
type Stats = {
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
  memory_stats?: { usage?: number; max_usage?: number };
  blkio_stats?: { io_service_bytes_recursive?: { op: string; value: number }[] | null };
};

/** `peakBytes` as the container itself read it: the engine tells none of cgroups v2. Nothing for a container that has ended. */
export function usageOf(stats: Stats, peakBytes: number): ContainerUsage | undefined {
  const cpuNs = stats.cpu_stats?.cpu_usage?.total_usage ?? 0;
  const { usage = 0, max_usage: most = 0 } = stats.memory_stats ?? {};
  if (cpuNs === 0 && usage === 0) return undefined;
  const io = stats.blkio_stats?.io_service_bytes_recursive ?? [];
  const sum = (wanted: string) =>
    io.filter(({ op }) => op.toLowerCase() === wanted).reduce((total, { value }) => total + value, 0);
  return {
    cpuMs: Math.round(cpuNs / 1e6),
    peakMemoryBytes: Math.max(usage, most, peakBytes),
    readBytes: sum('read'),
    writtenBytes: sum('write'),
  };
}
