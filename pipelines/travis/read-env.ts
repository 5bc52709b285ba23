import { fieldsOf, isEncrypted, itemsOf, type Node, type Reader, textOf } from './read-node.ts';
import { type Assignment, assignmentsOf } from './shell-words.ts';

const encryptedRemedy =
  'the value stored by `hookline secrets set OWNER/REPOSITORY NAME`: every job is given all secrets of its repository';

/** What every job is given, and what makes a job each. */
export type EnvNodes = { global: Node[]; rows: Node[] };

export function readEnv(node: Node | undefined): EnvNodes {
  if (node === undefined) return { global: [], rows: [] };
  const fields = fieldsOf(node);
  if (fields === undefined) {
    const items = itemsOf(node);
    // A list of encrypted values alone would be a job for each of them.
    return { global: items.filter(isEncrypted), rows: items.filter((item) => !isEncrypted(item)) };
  }
  if (!listKeys.some((key) => fields.has(key))) return { global: [node], rows: [] };
  const itemsAt = (key: string) => {
    const found = fields.get(key);
    return found === undefined ? [] : itemsOf(found);
  };
  const rows = [...itemsAt('jobs'), ...itemsAt('matrix')];
  return {
    global: [...itemsAt('global'), ...rows.filter(isEncrypted)],
    rows: rows.filter((row) => !isEncrypted(row)),
  };
}

const listKeys = ['global', 'matrix', 'jobs'];

/** Beside lists of variables there are no variables. */
export function checkEnv(reader: Reader, node: Node | undefined): void {
  const fields = node === undefined ? undefined : fieldsOf(node, 'as written');
  if (fields === undefined || !listKeys.some((key) => fields.has(key))) return;
  for (const [key, field] of fields) {
    if (!listKeys.includes(key))
      reader.warn(field, `${key} beside lists of variables is not taken`, 'it belongs into global');
  }
}

/** The variables of `env` entries, in their order: lines of `NAME=value` and mappings. */
export function readAssignments(reader: Reader, nodes: readonly Node[]): Assignment[] {
  return nodes.flatMap((node) => {
    if (isEncrypted(node)) {
      reader.warn(node, 'an encrypted value can be read by Travis alone, and is left out', encryptedRemedy);
      return [];
    }
    const fields = fieldsOf(node, 'as written');
    if (fields) return [...fields].flatMap(([name, value]) => variableOf(reader, name, value));
    const assignments = assignmentsOf(textOf(reader, node) ?? '');
    if (!('fault' in assignments)) return assignments;
    reader.error(node, assignments.fault, 'variables such as DB=mysql NAME="two words"');
    return [];
  });
}

function variableOf(reader: Reader, name: string, node: Node): Assignment[] {
  const text = node.value === null ? '' : textOf(reader, node);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    reader.error(
      node,
      `${JSON.stringify(name.slice(0, 60))} is no name of a variable`,
      'letters, digits and _',
    );
    return [];
  }
  if (text === undefined) {
    if (!isEncrypted(node)) {
      reader.error(node, 'a list or a mapping', 'the value of a variable');
      return [];
    }
    reader.warn(node, `the encrypted value of ${name} can be read by Travis alone`, encryptedRemedy);
    return [];
  }
  if (!/[$`]/.test(text)) return [{ name, value: text, written: `'${text.replaceAll("'", `'\\''`)}'` }];
  return [{ name, written: `"${text.replaceAll(/(["\\])/g, '\\$1')}"` }];
}
