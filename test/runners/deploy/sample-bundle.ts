import { appspec, type DeployHost, script } from './deploy-host.ts';
import type { Bundle } from './zip-of.ts';

const hooks = {
  ApplicationStop: 'scripts/stop.sh',
  BeforeInstall: 'scripts/before.sh',
  AfterInstall: 'scripts/after.sh',
  ApplicationStart: 'scripts/start.sh',
  ValidateService: 'scripts/health.sh',
};

/** A bundle with a script for each hook, which writes the version and the hook to the host's `log`. */
export function sampleBundle(host: DeployHost, version: string, more: Bundle = {}): Bundle {
  const log = script(`echo "${version} $LIFECYCLE_EVENT" >> ${host.file('log')}`, `echo said ${version}`);
  return {
    'appspec.yml': appspec(host, hooks),
    'app/index.html': version,
    ...Object.fromEntries(Object.values(hooks).map((path) => [path, log])),
    ...more,
  };
}
