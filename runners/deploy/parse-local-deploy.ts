import { absolutePath } from './appspec/bundle-path.ts';

/** What one repository may do on this host, as written in `HOOKLINE_LOCAL_DEPLOY`. */
export type LocalDeployRule = {
  readonly repository: string;
  /** Absolute directories, normalized; installed files stay inside them. */
  readonly roots: readonly string[];
  /** Users that scripts may run as; the first is the default. Never empty. */
  readonly users: readonly string[];
};

export type ParsedLocalDeploy =
  | { readonly ok: true; readonly rules: readonly LocalDeployRule[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const variable = 'HOOKLINE_LOCAL_DEPLOY';
const form = 'owner/repository=/directory[:/directory…]@user[,user…]';
const userName = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;
const repositoryName = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;
/** Not places for an application, and each of them gives the machine away. */
const neverRoots = ['/', '/dev', '/proc', '/sys'];

/**
 * The value of `HOOKLINE_LOCAL_DEPLOY`: rules separated by `;` or line ends, white space around any part
 * ignored.
 *
 *     rules      = [ rule *( ";" rule ) ]
 *     rule       = repository "=" root *( ":" root ) "@" user *( "," user )
 *     repository = the exact name, such as owner/shop
 *     root       = an absolute directory without ":" ";" and "="
 *     user       = the name of a user of this host
 *
 * The last `@` of a rule separates its users. An unset or empty value has no rules: local deployment is off.
 * All mistakes are answered at once.
 */
export function parseLocalDeploy(value: string | undefined): ParsedLocalDeploy {
  const problems: string[] = [];
  const rules: LocalDeployRule[] = [];
  const seen = new Set<string>();
  for (const part of trimmed((value ?? '').split(/[;\n]/))) {
    const rule = parseRule(part, problems);
    if (!rule) continue;
    if (seen.has(rule.repository)) {
      problems.push(`${variable}: ${rule.repository} has two rules. Join them into one.`);
    }
    seen.add(rule.repository);
    rules.push(rule);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules };
}

function parseRule(part: string, problems: string[]): LocalDeployRule | undefined {
  const before = problems.length;
  const equals = part.indexOf('=');
  const at = part.lastIndexOf('@');
  if (equals < 0 || at < equals) {
    problems.push(`${variable}: "${part}" is not a rule. Wanted: ${form}.`);
    return undefined;
  }
  const repository = part.slice(0, equals).trim();
  if (!repositoryName.test(repository)) {
    problems.push(
      `${variable}: "${repository}" in "${part}" is not a repository's name. Wanted: owner/repository.`,
    );
  }

  const roots = trimmed(part.slice(equals + 1, at).split(':')).map((written) => {
    const root = absolutePath(written);
    if (root === undefined || root.includes('=')) {
      problems.push(
        `${variable}: the directory "${written}" of ${repository} must be an absolute path without "..", ":" and "=".`,
      );
    } else if (neverRoots.includes(root)) {
      problems.push(
        `${variable}: ${repository} may not deploy to ${root}. Name the application's own directory.`,
      );
    }
    return root ?? written;
  });
  if (roots.length === 0) {
    problems.push(`${variable}: ${repository} has no directory. Wanted: ${form}.`);
  }

  const users = trimmed(part.slice(at + 1).split(','));
  for (const user of users.filter((each) => !userName.test(each))) {
    problems.push(`${variable}: "${user}" in the rule of ${repository} is not the name of a user.`);
  }
  if (users.length === 0) {
    problems.push(`${variable}: ${repository} has no user to run scripts as. Wanted: ${form}.`);
  }
  if (problems.length > before) return undefined;
  return { repository, roots: [...new Set(roots)], users: [...new Set(users)] };
}

function trimmed(parts: readonly string[]): string[] {
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
