import type { DeployDefinition, DeployTarget } from '../pipeline.ts';
import { bundleArtifacts, bundleFiles, bundleOf } from './bundle.ts';
import { credentialSecrets, targetOf } from './code-deploy.ts';
import { isForJob } from './deploy-steps.ts';
import type { Expression, Operand } from './expression.ts';
import { named } from './read-conditions.ts';
import type { Deploy, DeployRule } from './read-deploys.ts';
import { type Fields, fieldsOf, flagOf, type Node, type Reader, textOf } from './read-node.ts';
import { siteArtifacts } from './site.ts';
import { siteTarget } from './site-target.ts';
import type { TranslatedJob } from './translate-job.ts';

const timeoutMs = 60 * 60_000;

/** The deployments that hookline carries out itself, of bundles that jobs make: one for each `codedeploy`
 * and for each `s3` that is no part of one. */
export function buildDeployments(reader: Reader, jobs: readonly TranslatedJob[]): DeployDefinition[] {
  const made = new Map<unknown, DeployDefinition>();
  for (const { definition, deploys, source } of jobs) {
    const used = deploys.filter((deploy) => isForJob(reader, deploy.on, source));
    for (const deploy of used) {
      const place = deploy.node.path.join(' ');
      const earlier = made.get(place);
      const sent = sending(reader, deploy, used, earlier !== undefined);
      if (sent === undefined) continue;
      if (earlier !== undefined) {
        const expected = `that of the job ${earlier.artifact.job} is deployed, once`;
        reader.warn(deploy.node, `several jobs make this ${sent.what}`, expected);
        continue;
      }
      if (sent.target === undefined) continue;
      made.set(place, {
        environment: environmentOf(sent.name, [...made.values()]),
        line: reader.map.lineOf(deploy.node.path),
        artifact: { job: definition.name, name: sent.artifact },
        branches: null,
        tags: null,
        only: conditionOf(deploy.on),
        schedules: false,
        secrets: sent.secrets,
        timeoutMs,
        target: sent.target,
      });
    }
  }
  return [...made.values()];
}

type Sending = {
  what: 'bundle' | 'upload';
  /** After it the environment is called. */
  name: string;
  artifact: string;
  secrets: string[];
  /** Absent: it cannot be, which is told. */
  target?: DeployTarget;
};

/** What is deployed of a job by hookline itself; nothing for what its own steps do. */
function sending(
  reader: Reader,
  deploy: Deploy,
  used: readonly Deploy[],
  isAgain: boolean,
): Sending | undefined {
  const bundle = deploy.provider === 'codedeploy' ? bundleOf(reader, deploy, used) : undefined;
  if (bundle && 'upload' in bundle) {
    const artifact = bundleArtifacts(bundleFiles(reader, used)).get(bundle.file)?.name ?? 'bundle';
    const unknown = { what: 'bundle' as const, name: '', artifact, secrets: [] };
    if (isAgain) return unknown;
    warnOfUnused(reader, deploy.fields, codedeployKeys);
    warnOfUnused(reader, bundle.upload.fields, uploadKeys);
    warnOfType(reader, deploy.fields.get('bundle_type'));
    const target = targetOf(reader, deploy);
    if (target === undefined) return unknown;
    return { ...unknown, name: target.group, secrets: credentialSecrets(reader, deploy), target };
  }
  const site = siteArtifacts(reader, used).get(deploy);
  if (site === undefined) return undefined;
  const unknown = { what: 'upload' as const, name: '', artifact: site.name, secrets: [] };
  const found = isAgain ? undefined : siteTarget(reader, deploy);
  return found ? { ...unknown, ...found, name: found.target.bucket } : unknown;
}

function warnOfType(reader: Reader, node: Node | undefined): void {
  const type = node === undefined ? 'zip' : textOf(reader, node);
  if (node && type !== 'zip')
    reader.warn(node, `bundle_type ${type} is not kept`, 'the same files are deployed as a zip');
}

function environmentOf(group: string, others: readonly DeployDefinition[]): string {
  const wanted =
    group
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 60) || 'production';
  let name = wanted;
  for (let count = 2; others.some(({ environment }) => environment === name); count += 1)
    name = `${wanted}-${count}`;
  return name;
}

function conditionOf({ branches, tags, repo }: DeployRule): Expression {
  const tag: Operand = { type: 'attribute', name: 'tag' };
  const terms: Expression[] = [
    {
      op: 'not',
      term: {
        op: 'equal',
        left: { type: 'attribute', name: 'type' },
        right: { type: 'text', value: 'pull_request' },
      },
    },
  ];
  if (tags === 'only') terms.push({ op: 'present', of: tag });
  if (tags === 'never') terms.push({ op: 'not', term: { op: 'present', of: tag } });
  if (branches !== null) terms.push(named(branches));
  if (repo !== undefined) {
    terms.push({
      op: 'equal',
      left: { type: 'attribute', name: 'repo' },
      right: { type: 'text', value: repo },
    });
  }
  return { op: 'and', terms };
}

const shared = [
  'provider',
  'on',
  'true',
  'bucket',
  'region',
  'access_key_id',
  'secret_access_key',
  'skip_cleanup',
  'cleanup',
  'edge',
];
const codedeployKeys = new Set([
  ...shared,
  ...[
    'key',
    'application',
    'deployment_group',
    'revision_type',
    'bundle_type',
    'description',
    'file_exists_behavior',
  ],
  // It is always waited for.
  'wait_until_deployed',
]);
const uploadKeys = new Set([
  ...shared,
  'local_dir',
  'upload_dir',
  'overwrite',
  'max_threads',
  'verbose',
  'dot_match',
]);

/** Of the pair of an upload and a deployment only the bundle is uploaded, by the deployer. */
function warnOfUnused(reader: Reader, fields: Fields, used: ReadonlySet<string>): void {
  for (const [key, node] of fields) {
    if (used.has(key) || fieldsOf(node) !== undefined || flagOf(node) === false) continue;
    const value = textOf(reader, node) ?? '';
    if (key === 'acl' && value === 'private') continue;
    reader.warn(
      node,
      `${key} is not carried out`,
      'the bundle is uploaded as hookline uploads bundles, private and whole',
    );
  }
}
