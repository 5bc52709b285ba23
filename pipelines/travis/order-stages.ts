import { quote } from '../yaml-path.ts';
import type { TravisJob } from './expand-jobs.ts';
import type { Expression } from './expression.ts';
import { readCondition } from './read-conditions.ts';
import { type Fields, fieldsOf, itemsOf, type Reader, textOf } from './read-node.ts';
import type { Assignment } from './shell-words.ts';

export type Stage = { name: string; only?: Expression };

/** The stages in their order: those that `stages` lists, then those that jobs name, in the order of the file. */
export function orderStages(
  reader: Reader,
  top: Fields,
  jobs: readonly TravisJob[],
  variables: readonly Assignment[],
): Stage[] {
  const stages = new Map<string, Stage>();
  const listed = top.get('stages');
  for (const item of listed === undefined ? [] : itemsOf(listed)) {
    const fields = fieldsOf(item);
    const named = fields?.get('name') ?? item;
    for (const [key, field] of fields ?? []) {
      if (key !== 'name' && key !== 'if')
        reader.warn(field, `no key of a stage is called ${quote(key)}`, 'name, or if');
    }
    const name = textOf(reader, named)?.toLowerCase();
    if (name === undefined) {
      reader.error(item, 'a stage without a name', 'a name, or a mapping with name and if');
      continue;
    }
    const only = readCondition(reader, fields?.get('if'), variables);
    stages.set(name, { name, ...(only === undefined ? {} : { only }) });
  }
  for (const { stage } of jobs) {
    if (!stages.has(stage)) stages.set(stage, { name: stage });
  }
  return [...stages.values()].filter(({ name }) => jobs.some(({ stage }) => stage === name));
}
