import type { TravisJob } from './expand-jobs.ts';
import { type Reader, textOf } from './read-node.ts';

const longestName = 100;

/** A name for each job, no two alike: its own, or the stage and what tells it from the others. */
export function nameJobs(reader: Reader, jobs: readonly TravisJob[], hasStages: boolean): string[] {
  const taken = new Set<string>();
  return jobs.map((job) => {
    const named = job.fields.get('name');
    const given = named === undefined ? undefined : textOf(reader, named);
    const axes = [...job.axes].map(([key, value]) => (key === 'env' ? value : `${key}=${value}`));
    const base = hasStages ? job.stage : 'build';
    const wanted = tidy(given ?? (axes.length === 0 ? base : `${base} (${axes.join(', ')})`));
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted} ${count}`;
    taken.add(name);
    return name;
  });
}

/** Names stand in addresses of pages and in names of containers. */
function tidy(name: string): string {
  const plain = name
    .replaceAll(/[^\w .,=:()+@/-]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain === '' ? 'build' : plain.slice(0, longestName);
}
