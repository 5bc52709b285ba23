const engineNames = ['docker', 'process'] as const;

export type EngineSettings = {
  engine: (typeof engineNames)[number];
  /** Somebody said that jobs may run without a container. */
  allowUnisolated: boolean;
};

type Check = <T>(name: string, wanted: string, parse: (text: string) => T | undefined) => T | undefined;

/** What jobs are carried out in. */
export function readEngine(check: Check, problems: string[]): EngineSettings {
  const engine = check('HOOKLINE_ENGINE', engineNames.join(' or '), (text) =>
    engineNames.find((name) => name === text),
  );
  const allowed = check('HOOKLINE_ALLOW_UNISOLATED', '1 or 0', (text) =>
    text === '1' || text === '0' ? text : undefined,
  );
  const settings = { engine: engine ?? 'docker', allowUnisolated: allowed === '1' };
  if (settings.engine === 'process' && !settings.allowUnisolated) {
    problems.push(unisolatedText('HOOKLINE_ENGINE=process'));
  }
  return settings;
}

/** What is refused until somebody allows it, and what that would mean. */
export function unisolatedText(asked: string): string {
  return (
    `${asked} runs jobs without a container: as this user, with its files and keys and whatever is installed here. ` +
    'Set HOOKLINE_ALLOW_UNISOLATED=1 where everybody whose code is run may do all that, or leave it out and install Docker or Podman'
  );
}
