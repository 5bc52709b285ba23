import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/**
 * Deployments are carried out as an unprivileged user, and only root can become one; a Docker engine of our own
 * needs root too. Resolves with undefined when this process may go on; else the same program has been run under
 * sudo, and what it ended with is the answer.
 */
export async function becomeRoot(say: (line: string) => void): Promise<number | undefined> {
  if (process.platform !== 'linux') {
    say(
      `The demo deploys as another user by Linux's means, and this is ${process.platform}: run it in a Linux machine.`,
    );
    return 1;
  }
  if (process.getuid?.() === 0) return undefined;
  const interactive = process.stdin.isTTY === true;
  if (!interactive && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    say('The demo deploys as an unprivileged user, and only root can become one: run `sudo npm run demo`.');
    say('(sudo is not here or asks for a password, and there is no terminal to ask at.)');
    return 1;
  }
  say('The demo deploys as an unprivileged user, and only root can become one: going on under sudo.');
  // sudo replaces PATH, and with it the Node that runs this file.
  const keep = ['PATH', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'DOCKER_HOST', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  // By name, since their values are nobody's business in a list of processes.
  const secrets = Object.keys(process.env).filter((name) => /^(AWS|S3)_/.test(name));
  const preserve = secrets.length === 0 ? [] : [`--preserve-env=${secrets.join(',')}`];
  const program = ['env', ...keep, process.execPath, ...process.argv.slice(1)];
  const args = [...(interactive ? [] : ['-n']), ...preserve, ...program];
  const child = spawn('sudo', args, { stdio: 'inherit' });
  // Ctrl-C reaches sudo as well, which passes it on: we wait for what it comes to.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
