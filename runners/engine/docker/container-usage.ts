import type Docker from 'dockerode';
import type { ContainerUsage } from '../engine.ts';
import { callDaemon } from './daemon.ts';

const STATS_TIMEOUT_MS = 5_000;
const SIZE_TIMEOUT_MS = 60_000;

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

/** Nothing when the engine cannot say. */
export async function readUsage(
  container: Docker.Container,
  peakBytes: number,
): Promise<ContainerUsage | undefined> {
  try {
    // Without `one-shot` the engine takes two looks, a second apart.
    const stats = await callDaemon('stats', { timeoutMs: STATS_TIMEOUT_MS }, (abortSignal) =>
      container.stats({ stream: false, 'one-shot': true, abortSignal } as { stream: false }),
    );
    return usageOf(stats, peakBytes);
  } catch {
    return undefined;
  }
}

/** What was written into the container's own file system; 0 when the engine cannot say. */
export async function readLayerBytes(container: Docker.Container): Promise<number> {
  try {
    const found: { Id: string; SizeRw?: number } = await callDaemon(
      'size of container',
      { timeoutMs: SIZE_TIMEOUT_MS },
      // The engine counts only when asked to, which the types do not know.
      (abortSignal) => container.inspect({ size: true, abortSignal } as { abortSignal: AbortSignal }),
    );
    return found.SizeRw ?? 0;
  } catch {
    return 0;
  }
}
