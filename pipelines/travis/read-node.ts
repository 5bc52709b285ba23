import type { SourceMap } from '../source-map.ts';
import type { YamlPath } from '../yaml-path.ts';

/** A value of the file and where it stands. */
export type Node = { path: YamlPath; value: unknown };

/** By their keys, in one spelling: `local-dir` and `local_dir` are the same. */
export type Fields = ReadonlyMap<string, Node>;

/** What was found in a file while it is read: the same thing at the same place is told once. */
export type Reader = {
  map: SourceMap;
  error(node: Node, message: string, expected: string): void;
  warn(node: Node, message: string, expected: string): void;
  hasError(): boolean;
};

/** The fields of a mapping with what it merges (`<<`); its own win. Undefined when it is no mapping. */
export function fieldsOf(node: Node, spelling: 'one' | 'as written' = 'one'): Fields | undefined {
  const { value, path } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, Node>();
  const merged: Node[] = [];
  for (const [key, item] of Object.entries(value)) {
    const field = { path: [...path, key], value: item };
    if (key === '<<') merged.push(field);
    // A key without a value is as good as none.
    else if (item === null && spelling === 'one') continue;
    else fields.set(spelling === 'one' ? key.toLowerCase().replaceAll('-', '_') : key, field);
  }
  for (const source of merged.flatMap(itemsOf)) {
    for (const [key, field] of fieldsOf(source, spelling) ?? []) {
      if (!fields.has(key)) fields.set(key, field);
    }
  }
  return fields;
}

/** A list's items, flat, as lists of aliased lists are meant; one value stands for a list of one, null for none. */
export function itemsOf(node: Node): Node[] {
  if (node.value === null || node.value === undefined) return [];
  if (!Array.isArray(node.value)) return [node];
  return node.value.flatMap((value: unknown, index) => itemsOf({ path: [...node.path, index], value }));
}

/** A scalar as text; a number as it is written, so that `3.10` stays that. */
export function textOf({ map }: Pick<Reader, 'map'>, { path, value }: Node): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return map.plainTextOf(path) ?? String(value);
  return undefined;
}

export function fieldText(reader: Pick<Reader, 'map'>, fields: Fields, key: string): string | undefined {
  const node = fields.get(key);
  return node === undefined ? undefined : textOf(reader, node);
}

/** YAML 1.1 has more words for yes and no than YAML 1.2. */
export function flagOf({ value }: Node): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (/^(true|yes|on)$/i.test(value)) return true;
  return /^(false|no|off)$/i.test(value) ? false : undefined;
}

/** The texts of a list or of a single value; what is no text is told. */
export function textsOf(reader: Reader, node: Node | undefined, what: string): string[] {
  if (node === undefined) return [];
  return itemsOf(node).flatMap((item) => {
    const text = textOf(reader, item);
    if (text !== undefined) return [text];
    reader.error(item, isEncrypted(item) ? 'an encrypted value' : 'a mapping', what);
    return [];
  });
}

/** What `travis encrypt` made: only Travis has the key. */
export function isEncrypted(node: Node): boolean {
  return fieldsOf(node)?.has('secure') ?? false;
}
