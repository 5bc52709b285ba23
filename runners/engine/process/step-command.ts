import { posix } from 'node:path';
import type { Step } from '../engine.ts';
import { scriptArguments } from '../script-arguments.ts';
import { limitOf, markVariable } from './process-mark.ts';

export type StepSurroundings = {
  mark: string;
  workspaceDir: string;
  homeDir: string;
  temporaryDir: string;
  /** Where programs are looked for. */
  path: string;
};

/**
 * Marks itself, goes where the step is to begin and becomes the step's shell. dash and busybox name the limit on file locks
 * `-w`, bash `-x`; where it cannot be set the variable is the only mark.
 */
const launcher = `ulimit -w "$1" 2>/dev/null || ulimit -x "$1" 2>/dev/null
cd -- "$2" || exit 1
shift 2
exec "$@"`;

/** The program of a step: what is passed to `/bin/sh`. */
export function stepArguments(step: Step, { mark, workspaceDir }: StepSurroundings): string[] {
  const directory = posix.resolve(workspaceDir, step.workingDirectory);
  const shell = [step.shell, '-c', ...scriptArguments(step.script, step.shell)];
  return ['-c', launcher, 'sh', limitOf(mark), directory, ...shell];
}

/** All that a step sees. Nothing is taken from this process but the path, which the caller chose to give. */
export function stepEnvironment(
  env: Step['env'],
  { mark, homeDir, temporaryDir, path }: StepSurroundings,
): Record<string, string> {
  return { PATH: path, HOME: homeDir, TMPDIR: temporaryDir, ...env, [markVariable]: mark };
}

const fallbackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A path for steps made of one's own: without what npm puts in front for whoever it starts (the programs that hookline
 * itself depends on), and without relative entries, which would mean another directory in each step.
 */
export function hostPath(own: string | undefined): string {
  const kept = (own ?? '')
    .split(':')
    .filter((entry) => entry.startsWith('/') && !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(entry));
  return kept.length === 0 ? fallbackPath : kept.join(':');
}
