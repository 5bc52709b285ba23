/** What hookline asks for as an App: to read code, report by checks, answer comments, and see merge queues. */
export const appPermissions = {
  checks: 'write',
  contents: 'read',
  issues: 'read',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
} as const;

export const appEvents = [
  'push',
  'pull_request',
  'issue_comment',
  'merge_group',
  'check_run',
  'check_suite',
  'release',
  'repository_dispatch',
] as const;

/** "The name of the GitHub App", which is unique on its server. */
export const longestAppName = 34;

/**
 * An App as it is described to GitHub, whose form a person has only to send off.
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function appManifest(of: { name: string; publicUrl: string; redirectUrl: string }) {
  return {
    name: of.name,
    url: of.publicUrl,
    description: 'Builds, tests and deploys what is pushed.',
    hook_attributes: { url: `${of.publicUrl}/webhooks/github`, active: true },
    redirect_url: of.redirectUrl,
    public: false,
    default_permissions: appPermissions,
    default_events: appEvents,
  };
}
