import type { StepDefinition } from '../pipeline.ts';
import { bundleArtifacts, bundleFiles, bundleOf, isCarried } from './bundle.ts';
import { linesOf, makeStep } from './job-phases.ts';
import type { Deploy, DeployRule } from './read-deploys.ts';
import { type Fields, itemsOf, type Node, type Reader, textOf } from './read-node.ts';
import { shellExpanded, shellQuoted } from './shell-words.ts';
import { siteArtifacts, siteOf } from './site.ts';

const stepName = 'deploy: ';

/** Whether a step of a translated file deploys; all others have the names of phases. */
export function isDeployStep({ name }: Pick<StepDefinition, 'name'>): boolean {
  return name.startsWith(stepName);
}

/** What a job does for its deployments: scripts are run, bundles are made ready for hookline's own deployment. */
export function deploySteps(
  reader: Reader,
  deploys: readonly Deploy[],
  job: { node: Node; fields: Fields },
): StepDefinition[] {
  const used = deploys.filter((deploy) => isForJob(reader, deploy.on, job));
  return used.flatMap((deploy) => {
    const commands = commandsOf(reader, deploy, used);
    if (commands === undefined) return [];
    const before = linesOf(reader, job.fields, 'before_deploy').map(
      (line) => `travis_must ${shellQuoted(line)}`,
    );
    const after = linesOf(reader, job.fields, 'after_deploy').map(
      (line) => `travis_try ${shellQuoted(line)}`,
    );
    const lines = [...guards(deploy.on), ...before, ...commands, ...after];
    return [makeStep(`${stepName}${deploy.provider}`, reader.map.lineOf(deploy.node.path), lines)];
  });
}

const scriptKeys = ['provider', 'script', 'on', 'true', 'skip_cleanup', 'cleanup', 'edge'];

function commandsOf(reader: Reader, deploy: Deploy, all: readonly Deploy[]): string[] | undefined {
  const { provider, node, fields } = deploy;
  if (provider === 'script') {
    for (const [key, field] of fields) {
      if (!scriptKeys.includes(key))
        reader.warn(field, `${key} is not carried out`, 'the script is run without it');
    }
    const script = fields.get('script');
    if (script === undefined) {
      reader.error(node, 'provider: script without a script', 'script: the command that deploys');
      return undefined;
    }
    return linesOf(reader, new Map([['script', script]]), 'script').map(
      (line) => `travis_must ${shellQuoted(line)}`,
    );
  }
  const found = provider === 'codedeploy' ? bundleOf(reader, deploy, all) : undefined;
  if (found && 'file' in found) {
    const folder = bundleArtifacts(bundleFiles(reader, all)).get(found.file)?.folder ?? '';
    return [`travis_bundle ${shellExpanded(found.file)} ${folder}`];
  }
  // What another deployment carries is no deployment of its own.
  if (provider === 's3' && isCarried(reader, deploy, all)) return undefined;
  const site = provider === 's3' ? siteOf(reader, deploy) : undefined;
  if (site && 'directory' in site) {
    const folder = siteArtifacts(reader, all).get(deploy)?.folder ?? '';
    return [`travis_files ${shellQuoted(site.directory)} ${folder}`];
  }
  const why = found?.why ?? site?.why ?? `deployments by ${provider} are not supported`;
  reader.warn(
    node,
    why,
    'where it would be carried out, the job fails and says so; elsewhere nothing is deployed',
  );
  return [`echo ${shellQuoted(`Nothing was deployed: ${why}.`)}`, 'exit 1'];
}

/** Of the jobs of a matrix, only those with this version deploy. */
export function isForJob(reader: Reader, { versions }: DeployRule, job: { fields: Fields }): boolean {
  return [...versions].every(([key, wanted]) => {
    const name = key === 'node' ? 'node_js' : key === 'ruby' ? 'rvm' : key;
    const node = job.fields.get(name);
    const [first] = node === undefined ? [] : itemsOf(node);
    return first !== undefined && textOf(reader, first) === wanted;
  });
}

/** Everything that has to hold, asked in the job: a deployment that is not meant is left out with its reason. */
function guards({ branches, tags, repo, conditions }: DeployRule): string[] {
  const skip = (reason: string) => `travis_skip ${shellQuoted(`not deployed: ${reason}`)}`;
  const lines = [`[ "$TRAVIS_PULL_REQUEST" = false ] || ${skip('this is a pull request')}`];
  if (repo !== undefined) {
    lines.push(`[ "$TRAVIS_REPO_SLUG" = ${shellQuoted(repo)} ] || ${skip(`this is not ${repo}`)}`);
  }
  if (tags === 'only') lines.push(`[ -n "$TRAVIS_TAG" ] || ${skip('this is no tag')}`);
  if (tags === 'never') lines.push(`[ -z "$TRAVIS_TAG" ] || ${skip('this is a tag')}`);
  if (branches !== null) {
    const tests = branches.map((branch) => `[ "$TRAVIS_BRANCH" = ${shellQuoted(branch)} ]`);
    lines.push(`${tests.join(' || ')} || ${skip(`this is not ${branches.join(' or ')}`)}`);
  }
  for (const condition of conditions) {
    const reason = skip(`the condition ${condition} does not hold`);
    lines.push(`eval ${shellQuoted(`[[ ${condition} ]]`)} || ${reason}`);
  }
  return lines;
}
