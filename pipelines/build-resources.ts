import type { JobResources } from './pipeline.ts';
import type { ResourcesShape } from './resource-shape.ts';
import { parseSize } from './size.ts';

export function buildResources(shape: ResourcesShape | undefined): { resources?: JobResources } {
  if (shape === undefined) return {};
  const { memory, cpus, pids, disk } = shape;
  const memoryBytes = memory === undefined ? undefined : parseSize(memory);
  const diskBytes = disk === undefined ? undefined : parseSize(disk);
  return {
    resources: {
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(pids === undefined ? {} : { pids }),
      ...(diskBytes === undefined ? {} : { diskBytes }),
    },
  };
}
