import { fillNames, fillWords } from '../fill-words.ts';
import type { CodeDeployTarget, DeployDefinition, S3Target } from '../pipeline.ts';
import { bundleArtifacts, bundleFiles, bundleOf } from './bundle.ts';
import { targetOf } from './code-deploy.ts';
import { credentialsOf, warnOfOtherCredentials } from './deploy-credentials.ts';
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
  const made = new Map<string, DeployDefinition>();
  for (const job of jobs) {
    const used = job.deploys.filter((deploy) => isForJob(reader, deploy.on, job.source));
    for (const deploy of used) {
      const sent = sending(reader, deploy, used);
      if (sent?.target === undefined) continue;
      // With other variables it goes to another place, and is another deployment; a condition is of each job.
      const isConditional = deploy.on.conditions.length > 0;
      const ofJob = isConditional ? [job.definition.name] : [];
      const place = JSON.stringify([deploy.node.path, sent.target, ...ofJob]);
      const earlier = made.get(place);
      if (earlier !== undefined) {
        const expected = `that of the job ${earlier.artifact.job} is deployed, once`;
        reader.warn(deploy.node, `several jobs make this ${sent.what}`, expected);
        continue;
      }
      const { secrets, credentials } = credentialsOf(reader, deploy, job.variables);
      const fill = fillNames(sent.target);
      const filling = fill.filter((name) => !fillWords.some((each) => each === name));
      made.set(place, {
        environment: environmentOf(sent.name, [...made.values()]),
        line: reader.map.lineOf(deploy.node.path),
        artifact: { job: job.definition.name, name: sent.artifact },
        branches: null,
        tags: null,
        only: conditionOf(deploy.on),
        schedules: false,
        secrets: [...new Set([...secrets, ...filling])],
        timeoutMs,
        target: { ...sent.target, ...(credentials ? { credentials } : {}) },
        ...(fill.length === 0 ? {} : { fill }),
        ...(isConditional ? { ifMade: true as const } : {}),
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
  /** Absent: it cannot be, which is told. */
  target: CodeDeployTarget | S3Target | undefined;
};

/** What is deployed of a job by hookline itself; nothing for what its own steps do. */
function sending(reader: Reader, deploy: Deploy, used: readonly Deploy[]): Sending | undefined {
  const bundle = deploy.provider === 'codedeploy' ? bundleOf(reader, deploy, used) : undefined;
  if (bundle && 'upload' in bundle) {
    const artifact = bundleArtifacts(bundleFiles(reader, used)).get(bundle.file)?.name ?? 'bundle';
    warnOfUnused(reader, deploy.fields, codedeployKeys);
    warnOfUnused(reader, bundle.upload.fields, uploadKeys);
    warnOfOtherCredentials(reader, bundle.upload, deploy);
    warnOfType(reader, deploy.fields.get('bundle_type'));
    const target = targetOf(reader, deploy);
    return { what: 'bundle', name: target?.group ?? '', artifact, target };
  }
  const site = siteArtifacts(reader, used).get(deploy);
  if (site === undefined) return undefined;
  const target = siteTarget(reader, deploy);
  return { what: 'upload', name: target?.bucket ?? '', artifact: site.name, target };
}

function warnOfType(reader: Reader, node: Node | undefined): void {
  const type = node === undefined ? 'zip' : textOf(reader, node);
  if (node && type !== 'zip')
    reader.warn(node, `bundle_type ${type} is not kept`, 'the same files are deployed as a zip');
}

function environmentOf(group: string, others: readonly DeployDefinition[]): string {
  const wanted =
    group
      .replaceAll(/-*[^A-Za-z0-9._-]+-*/g, '-')
      .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
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
