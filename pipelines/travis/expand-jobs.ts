import { checkKeys, withoutAliases } from './known-keys.ts';
import { axisKeys, includedRow, isMatched, mostJobs, productOf, type Row, written } from './matrix-rows.ts';
import { readEnv } from './read-env.ts';
import { type Fields, fieldsOf, flagOf, itemsOf, type Node, type Reader, textOf } from './read-node.ts';

/** One job as Travis would make it: the settings of the file with its own over them. */
export type TravisJob = {
  node: Node;
  fields: Fields;
  /** Entries of `env`, the file's before its own. */
  env: Node[];
  /** What tells it from the other jobs: `node_js` → `20`. */
  axes: ReadonlyMap<string, string>;
  /** Travis calls the first stage so. */
  stage: string;
  allowFailure: boolean;
  /** Its place in the file, from 0. */
  index: number;
  /** Whether the file says anything of stages. */
  hasStages: boolean;
};

/** Not for jobs of their own: an entry of `jobs.include` starts without them. */
const notInherited = [
  'jobs',
  'matrix',
  'env',
  'stages',
  'branches',
  'if',
  'conditions',
  'notifications',
  'name',
  'stage',
];

/** Multiplies the jobs of a file by versions, systems and `env`, and adds and takes away what `jobs` says. */
export function expandJobs(reader: Reader, root: Node, top: Fields): TravisJob[] {
  const section = top.get('jobs') ?? top.get('matrix');
  const given = section === undefined ? undefined : fieldsOf(section);
  if (section !== undefined && given === undefined) {
    reader.error(section, 'no mapping', 'a mapping with include, exclude, allow_failures or fast_finish');
  }
  const rules = given && withoutAliases(given, 'jobs');
  checkRules(reader, given);
  const { global, rows: envRows } = readEnv(top.get('env'));
  const mappingsAt = (key: string) => mappingsOf(reader, rules?.get(key));
  const included = mappingsAt('include');
  const excluded = mappingsAt('exclude');
  for (const [, rule] of excluded) tellOfCondition(reader, rule, 'exclude');
  const product = productOf(reader, root, top, envRows);
  const kept = product.filter((row) => !excluded.some(([, rule]) => isMatched(reader, rule, row, top)));
  // What was never multiplied is only a setting that the included jobs share.
  const isShared = included.length > 0 && product.length <= 1;
  const rows: Row[] = [
    ...(isShared ? [] : kept),
    ...included.map(([node, own]) => includedRow(node, own, top, envRows)),
  ];
  if (rows.length > mostJobs) {
    reader.error(section ?? root, `${rows.length} jobs`, `at most ${mostJobs}`);
    return [];
  }

  const allowed = mappingsAt('allow_failures');
  for (const [, rule] of allowed) tellOfCondition(reader, rule, 'allow_failures');
  let stage = 'test';
  const hasStages = top.has('stages') || rows.some(({ own }) => own.has('stage'));
  return rows.map((row, index) => {
    const fields = new Map([...top].filter(([key]) => !notInherited.includes(key)));
    for (const [key, node] of row.own) fields.set(key, node);
    const named = row.own.get('stage');
    // An included job without a stage belongs to that of the one before it.
    if (row.isIncluded) stage = (named && textOf(reader, named)) ?? stage;
    return {
      node: row.node,
      fields,
      env: [...global, ...row.env],
      axes: axesOf(reader, row, kept.length > 1 || row.isIncluded),
      stage: row.isIncluded ? stage.toLowerCase() : 'test',
      index,
      hasStages,
      allowFailure: allowed.some(([, rule]) => isMatched(reader, rule, row, top)) || isAllowed(row.own),
    };
  });
}

function checkRules(reader: Reader, rules: Fields | undefined): void {
  if (rules === undefined) return;
  const fast = [...rules].filter(([key, node]) => /^fast_/.test(key) && flagOf(node) === false);
  checkKeys(reader, new Map([...rules].filter(([key]) => !fast.some(([other]) => other === key))), 'jobs');
}

/** A condition that only the change decides on is no fact of a job. */
function tellOfCondition(reader: Reader, rule: ReadonlyMap<string, Node>, what: string): void {
  const node = rule.get('if') ?? rule.get('branch');
  if (node) reader.warn(node, `${what} with a condition is not carried out`, 'the rule is taken for none');
}

function isAllowed(own: Map<string, Node>): boolean {
  const flag = own.get('allow_failure');
  return flag !== undefined && flagOf(flag) === true;
}

function mappingsOf(reader: Reader, node: Node | undefined): [Node, Map<string, Node>][] {
  if (node === undefined) return [];
  return itemsOf(node).flatMap((item): [Node, Map<string, Node>][] => {
    const fields = fieldsOf(item);
    if (fields) {
      checkKeys(reader, fields, 'job');
      return [[item, withoutAliases(fields, 'job')]];
    }
    reader.error(item, 'no mapping', 'a job: a mapping with what is its own');
    return [];
  });
}

function axesOf(reader: Reader, row: Row, isMany: boolean): Map<string, string> {
  const axes = new Map<string, string>();
  if (!isMany) return axes;
  for (const [key, node] of row.own) {
    if (axisKeys.test(key)) {
      axes.set(key, textOf(reader, node) ?? '');
    }
  }
  const [env] = row.env;
  if (env !== undefined) axes.set('env', written(reader, env));
  return axes;
}
