import { expandVariables } from './expand-variables.ts';
import {
  type Fields,
  fieldsOf,
  flagOf,
  itemsOf,
  type Node,
  type Reader,
  textOf,
  textsOf,
} from './read-node.ts';
import type { Assignment } from './shell-words.ts';

/** One provider of `deploy`, with what has to hold for it. */
export type Deploy = {
  node: Node;
  provider: string;
  fields: Fields;
  on: DeployRule;
};

export type DeployRule = {
  /** Null: of any. */
  branches: string[] | null;
  tags: 'only' | 'never' | 'too';
  repo?: string;
  /** Bash, for `[[ ]]`. */
  conditions: string[];
  /** Versions of the languages: `node_js` → `20`. */
  versions: ReadonlyMap<string, string>;
};

/** Each is held against the others, in every job. */
const mostDeploys = 20;

const whereKeys = ['branch', 'branches', 'tags', 'all_branches', 'repo', 'condition', 'conditions'];
const versionKeys = /^(node_js|node|python|jdk|go|rvm|ruby|php|rust|compiler|os|arch|dist)$/;

/** What is no text of a deployment, or names what only the deployer is to know. */
const keptAsWritten = ['provider', 'on', 'true', 'script', 'access_key_id', 'secret_access_key'];

/** The deployments of a job, with the values of its variables in their texts. */
export function readDeploys(
  reader: Reader,
  node: Node | undefined,
  variables: readonly Assignment[],
): Deploy[] {
  if (node === undefined || flagOf(node) === false) return [];
  const items = itemsOf(node);
  if (items.length > mostDeploys) {
    reader.error(node, `${items.length} deployments`, `at most ${mostDeploys}`);
    return [];
  }
  return items.flatMap((item) => {
    const written = fieldsOf(item) ?? new Map([['provider', item]]);
    const fields = new Map(
      [...written].map(([key, field]) => [
        key,
        typeof field.value === 'string' && !keptAsWritten.includes(key)
          ? { ...field, value: expandVariables(field.value, variables) }
          : field,
      ]),
    );
    const named = fields.get('provider');
    const provider = named === undefined ? undefined : textOf(reader, named);
    if (provider === undefined || !/^[\w:-]{1,40}$/.test(provider)) {
      reader.error(item, 'a deployment without a provider', 'provider: codedeploy, s3 or script');
      return [];
    }
    warnOfCleanup(reader, fields);
    return [
      {
        node: item,
        provider: provider.toLowerCase(),
        fields,
        on: readRule(reader, fields.get('on') ?? fields.get('true')),
      },
    ];
  });
}

/** A build's files are there when it is deployed: what most files ask for by `skip_cleanup: true`. */
function warnOfCleanup(reader: Reader, fields: Fields): void {
  for (const [key, wanted] of [
    ['cleanup', true],
    ['skip_cleanup', false],
  ] as const) {
    const node = fields.get(key);
    if (node && flagOf(node) === wanted) {
      reader.warn(
        node,
        `${key}: ${wanted} is not carried out`,
        'what the build made is still there when it is deployed',
      );
    }
  }
}

function readRule(reader: Reader, node: Node | undefined): DeployRule {
  const fields = node === undefined ? undefined : (fieldsOf(node) ?? new Map([['branch', node]]));
  const flagAt = (key: string) => {
    const field = fields?.get(key);
    return field === undefined ? undefined : flagOf(field);
  };
  const textsAt = (key: string) => textsOf(reader, fields?.get(key), 'text, or a list of texts');
  const named = [...textsAt('branch'), ...textsAt('branches')];
  const versions = new Map<string, string>();
  for (const [key, field] of fields ?? []) {
    const text = textOf(reader, field);
    if (versionKeys.test(key) && text !== undefined) versions.set(key, text);
    else if (!whereKeys.includes(key)) {
      reader.error(
        field,
        `${key} is no condition of a deployment`,
        `one of ${whereKeys.join(', ')}, or a version of the language`,
      );
    }
  }
  const tags = flagAt('tags') === true ? 'only' : flagAt('tags') === false ? 'never' : 'too';
  const isAny = flagAt('all_branches') === true || tags === 'only';
  const [repo] = textsAt('repo');
  return {
    // Travis means master; repositories that were made since then have main in its place.
    branches: isAny ? null : named.length > 0 ? named : ['master', 'main'],
    tags,
    ...(repo === undefined ? {} : { repo }),
    conditions: [...textsAt('condition'), ...textsAt('conditions')],
    versions,
  };
}
