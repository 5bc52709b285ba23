import { messageOf, Refusal } from '../errors.ts';
import { type Command, UsageRefusal } from './command.ts';

/** Loaded when called for: most commands need a fraction of the program. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start.ts')).start,
  web: async () => (await import('./web.ts')).web,
  runner: async () => (await import('./runner.ts')).runner,
  init: async () => (await import('./init.ts')).init,
  run: async () => (await import('./run.ts')).run,
  validate: async () => (await import('./validate.ts')).validate,
  migrate: async () => (await import('./migrate.ts')).migrate,
  secrets: async () => (await import('./secrets.ts')).secrets,
  runs: async () => (await import('./runs.ts')).runs,
  logs: async () => (await import('./logs.ts')).logs,
  artifacts: async () => (await import('./artifacts.ts')).artifacts,
  verify: async () => (await import('./verify.ts')).verify,
  cancel: async () => (await import('./cancel.ts')).cancel,
  retry: async () => (await import('./retry.ts')).retry,
  approve: async () => (await import('./approve.ts')).approve,
  reject: async () => (await import('./reject.ts')).reject,
  runners: async () => (await import('./runners.ts')).runners,
  drain: async () => (await import('./order-runners.ts')).drain,
  pause: async () => (await import('./order-runners.ts')).pause,
  resume: async () => (await import('./order-runners.ts')).resume,
  deliveries: async () => (await import('./deliveries.ts')).deliveries,
  replay: async () => (await import('./replay.ts')).replay,
  schedules: async () => (await import('./schedules.ts')).schedules,
  config: async () => (await import('./config.ts')).config,
  github: async () => (await import('./github.ts')).github,
  keys: async () => (await import('./keys.ts')).keys,
  doctor: async () => (await import('./doctor.ts')).doctor,
};

async function main(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help();
  if (name === '--version') {
    const { version } = await import('../compose/version.ts');
    console.log(version);
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    console.error(`hookline has no command "${name}"; \`hookline help\` lists them`);
    return 2;
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    const details = command.details === undefined ? '' : `\n\n${command.details}`;
    console.log(`hookline ${name} ${command.usage}\n\n${command.summary}${details}`);
    return 0;
  }
  return command.run(args);
}

async function help(): Promise<number> {
  console.log('hookline: a self-hosted CI runner driven by webhooks\n');
  for (const [name, load] of Object.entries(commands)) {
    const { usage, summary } = await load();
    console.log(`  hookline ${`${name} ${usage}`.padEnd(36)} ${summary}`);
  }
  return 0;
}

const [name, ...args] = process.argv.slice(2);
try {
  process.exitCode = await main(name, args);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`hookline: ${messageOf(error)}`);
  process.exitCode = error instanceof UsageRefusal ? 2 : 1;
}
// The command has ended: nothing that it opened may keep the process alive.
process.exit();
