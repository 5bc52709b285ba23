/** A CodeDeploy application and deployment group that stand for this host. */
export type LocalGroup = { readonly application: string; readonly group: string };

export type ParsedCodeDeployLocal =
  | { readonly ok: true; readonly groups: readonly LocalGroup[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The characters that CodeDeploy's guide allows in the names of applications and deployment groups. */
const pair = /^([\w.+=,@ -]{1,100})\/([\w.+=,@ -]{1,100})$/;

/**
 * The value of `HOOKLINE_CODEDEPLOY_LOCAL`: pairs `application/group`, separated by `;` or line ends, white space
 * around each ignored. All mistakes are answered at once.
 */
export function parseCodeDeployLocal(value: string | undefined): ParsedCodeDeployLocal {
  const problems: string[] = [];
  const groups: LocalGroup[] = [];
  for (const part of (value ?? '').split(/[;\n]/).map((each) => each.trim())) {
    if (part === '') continue;
    const [, application, group] = pair.exec(part) ?? [];
    if (application === undefined || group === undefined) {
      problems.push(
        `HOOKLINE_CODEDEPLOY_LOCAL: "${part}" is no deployment group. Wanted: application/group, several with ";" between.`,
      );
    } else groups.push({ application: application.trim(), group: group.trim() });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, groups };
}
