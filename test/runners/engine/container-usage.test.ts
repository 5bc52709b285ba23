import { expect, it } from 'vitest';
import { usageOf } from '../../../runners/engine/docker/container-usage.ts';

const cpu = { cpu_usage: { total_usage: 1_500_000_000 } };

it('the engine tells all of it with cgroups v1', () => {
  const io = [
    { op: 'Read', value: 4096 },
    { op: 'Write', value: 100 },
    { op: 'Write', value: 28 },
    { op: 'Total', value: 4224 },
  ];
  const memory_stats = { usage: 10, max_usage: 30 };
  const stats = { cpu_stats: cpu, memory_stats, blkio_stats: { io_service_bytes_recursive: io } };
  expect(usageOf(stats, 20)).toEqual({
    cpuMs: 1500,
    peakMemoryBytes: 30,
    readBytes: 4096,
    writtenBytes: 128,
  });
});

it('the peak is the container’s own with cgroups v2, and what has no disk has used none', () => {
  const stats = {
    cpu_stats: cpu,
    memory_stats: { usage: 10 },
    blkio_stats: { io_service_bytes_recursive: null },
  };
  expect(usageOf(stats, 20)).toEqual({ cpuMs: 1500, peakMemoryBytes: 20, readBytes: 0, writtenBytes: 0 });
});

it('a container that has ended tells nothing', () => {
  expect(usageOf({ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} }, 20)).toBeUndefined();
});
