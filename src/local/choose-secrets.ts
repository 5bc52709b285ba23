import { everySecret } from '../../pipelines/every-secret.ts';
import type { Plan } from '../../pipelines/plan.ts';
import { LocalRefusal } from './local-refusal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `NAME=VALUE`, or `NAME` for the environment variable of that name. Nothing of the environment is given unnamed. */
export function readSecrets(given: readonly string[], environment: Environment): Record<string, string> {
  const entries = given.map((each): [string, string] => {
    const [, name, , value = environment[name ?? '']] = /^([A-Za-z_]\w*)(=(.*))?$/s.exec(each) ?? [];
    if (name === undefined) {
      const shown = each.split('=')[0] ?? '';
      throw new LocalRefusal(
        'usage',
        `--secret ${shown} is no name; wanted: NAME=VALUE, or NAME of a variable`,
      );
    }
    if (value === undefined) {
      const remedy = `export it, or say --secret ${name}=VALUE`;
      throw new LocalRefusal('secret-missing', `--secret ${name}: there is no such variable; ${remedy}`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** What the jobs that are to run ask for must be there before the first of them begins. */
export function checkSecrets({ jobs }: Plan, secrets: Readonly<Record<string, string>>): void {
  for (const job of jobs) {
    if (job.leftOut) continue;
    const missing = job.secrets.filter((name) => name !== everySecret && secrets[name] === undefined);
    if (missing.length === 0) continue;
    const options = missing.map((name) => `--secret ${name}`).join(' ');
    throw new LocalRefusal(
      'secret-missing',
      `job "${job.name}" asks for ${missing.join(', ')}; ${options} takes it from the environment`,
    );
  }
}

/** Those that a job asks for. */
export function secretsFor(
  names: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const isEvery = names.includes(everySecret);
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => isEvery || names.includes(name)));
}
