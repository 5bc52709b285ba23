import { languageOf, versionKeyOf } from './choose-language.ts';
import { readEnv } from './read-env.ts';
import { type Fields, itemsOf, type Node, type Reader, textOf } from './read-node.ts';

/** Keys that multiply the jobs when they are lists. */
export const axisKeys = /^(os|arch|dist|node_js|python|jdk|go|rvm|php|rust|compiler)$/;

export const mostJobs = 200;

/** What a job has for its own, beside the settings of the file. */
export type Row = { node: Node; own: Map<string, Node>; env: Node[]; isIncluded: boolean };

export function productOf(reader: Reader, root: Node, top: Fields, envRows: Node[]): Row[] {
  const axes: [string, Node[]][] = [];
  for (const key of [versionKeyOf(languageOf(reader, top)), 'os', 'arch', 'dist']) {
    const node = key === undefined ? undefined : top.get(key);
    const items = node === undefined ? [] : itemsOf(node);
    if (key !== undefined && items.length > 1) axes.push([key, items]);
  }
  const count = axes.reduce((product, [, items]) => product * items.length, Math.max(1, envRows.length));
  if (count > mostJobs) {
    reader.error(root, `a matrix of ${count} jobs`, `at most ${mostJobs}`);
    return [];
  }
  let rows: Row[] = [{ node: root, own: new Map(), env: [], isIncluded: false }];
  for (const [key, items] of axes) {
    rows = rows.flatMap((row) =>
      items.map((item) => ({ ...row, node: item, own: new Map(row.own).set(key, item) })),
    );
  }
  if (envRows.length === 0) return rows;
  return rows.flatMap((row) =>
    envRows.map((item) => ({ ...row, node: row.own.size > 0 ? row.node : item, env: [item] })),
  );
}

/** It has the first of whatever the file multiplies by, unless it says its own. */
export function includedRow(node: Node, own: Map<string, Node>, top: Fields, envRows: Node[]): Row {
  const fields = new Map(own);
  for (const [key, value] of top) {
    const [first] = itemsOf(value);
    const isAxis = Array.isArray(value.value) && axisKeys.test(key);
    if (isAxis && first !== undefined && !fields.has(key)) fields.set(key, first);
  }
  const ownEnv = own.get('env');
  fields.delete('env');
  if (ownEnv === undefined) return { node, own: fields, env: envRows.slice(0, 1), isIncluded: true };
  const { global, rows } = readEnv(ownEnv);
  return { node, own: fields, env: [...global, ...rows], isIncluded: true };
}

/** Whether all that a rule of `exclude` or `allow_failures` says is so. */
export function isMatched(reader: Reader, rule: Map<string, Node>, row: Row, top: Fields): boolean {
  return (
    rule.size > 0 &&
    [...rule].every(([key, wanted]) => {
      if (key === 'env') {
        const texts = row.env.map((node) => written(reader, node));
        return itemsOf(wanted).every((each) => texts.includes(written(reader, each)));
      }
      const has = row.own.get(key) ?? top.get(key);
      return has !== undefined && written(reader, has) === written(reader, wanted);
    })
  );
}

export function written(reader: Reader, node: Node): string {
  return textOf(reader, node) ?? JSON.stringify(node.value);
}
