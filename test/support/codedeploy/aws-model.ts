import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as sdk from '@aws-sdk/client-codedeploy';

/**
 * CodeDeploy's model as the installed SDK carries it: which members a structure has, which are required, of
 * what kind each is, and which words an enumeration has.
 */
const exported: Readonly<Record<string, unknown>> = { ...sdk };
const kinds: Readonly<Record<number, string>> = { 0: 'string', 1: 'number', 2: 'boolean', 4: 'number' };
const listOf = 64;

/** Everything that is wrong with a request (or answer) of an operation; nothing is when the list is empty. */
export function problemsOf(operation: string, side: 'input' | 'output', value: unknown): string[] {
  const schema = exported[`${operation}$`];
  if (!Array.isArray(schema)) return [`there is no operation ${operation}`];
  return check(schema[side === 'input' ? 4 : 5], value, operation);
}

function check(lazy: unknown, value: unknown, path: string): string[] {
  const schema: unknown = typeof lazy === 'function' ? lazy() : lazy;
  if (typeof schema === 'number') return checkSimple(schema, value, path);
  if (!Array.isArray(schema)) return [];
  switch (schema[0]) {
    case 1:
      return checkList(schema[4], value, path);
    case 3:
      return checkStructure(schema, value, path);
    default:
      return [];
  }
}

function checkSimple(schema: number, value: unknown, path: string): string[] {
  if ((schema & listOf) !== 0) return checkList(schema & ~listOf, value, path);
  const wanted = kinds[schema];
  return wanted === undefined || typeof value === wanted
    ? []
    : [`${path} must be a ${wanted}: ${JSON.stringify(value)}`];
}

function checkList(item: unknown, value: unknown, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} must be a list`];
  return value.flatMap((each, i) => check(item, each, `${path}[${i}]`));
}

function checkStructure(schema: readonly unknown[], value: unknown, path: string): string[] {
  const [, , name, , members, types, requiredCount = 0] = schema;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} must be a structure`];
  if (!Array.isArray(members) || !Array.isArray(types)) return [];
  const missing = members
    .slice(0, Number(requiredCount))
    .filter((member) => !(member in value))
    .map((member) => `${path}.${member} is required`);
  const wrong = Object.entries(value).flatMap(([member, held]) => {
    const at = members.indexOf(member);
    if (at < 0) return [`${path}.${member} is not known`];
    return [
      ...check(types[at], held, `${path}.${member}`),
      ...checkWord(`${name}.${member}`, held, `${path}.${member}`),
    ];
  });
  return [...missing, ...wrong];
}

/** The runtime schema calls an enumeration a string; the words are exported beside it, the link is in the types. */
function checkWord(member: string, value: unknown, path: string): string[] {
  const enumeration = exported[enumerationOf.get(member) ?? ''];
  if (typeof enumeration !== 'object' || enumeration === null) return [];
  const words: unknown[] = Object.values(enumeration);
  return [value]
    .flat()
    .filter((each) => !words.includes(each))
    .map((each) => `${path} has the unknown word ${JSON.stringify(each)}`);
}

const enumerationOf: ReadonlyMap<string, string> = readEnumerations();

function readEnumerations(): Map<string, string> {
  const entry = createRequire(import.meta.url).resolve('@aws-sdk/client-codedeploy');
  const types = readFileSync(join(dirname(entry), '../dist-types/models/models_0.d.ts'), 'utf8');
  const found = new Map<string, string>();
  let structure = '';
  for (const line of types.split('\n')) {
    structure = /^export interface (\w+)/.exec(line)?.[1] ?? structure;
    const [, member, type = ''] = /^ {4}(\w+)\??: (\w+)(?:\[\])? \| undefined;/.exec(line) ?? [];
    if (member !== undefined && typeof exported[type] === 'object') found.set(`${structure}.${member}`, type);
  }
  return found;
}
