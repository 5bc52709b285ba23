import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import { type StepSurroundings, stepArguments, stepEnvironment } from './step-command.ts';

/** Bash where there is one. */
const script = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

/**
 * A shell for a person where a step ran, with what it saw. It is given their very terminal, of which it takes hold as any
 * shell does: what they type, Ctrl-C too, is for it and not for this process. It bears the mark of the job, so whatever
 * they leave running in it ends with the job.
 */
export async function openShell(
  surroundings: StepSurroundings,
  { env, workingDirectory }: { env: Readonly<Record<string, string>>; workingDirectory: string },
  { input, output }: { input: ReadStream; output: WriteStream },
): Promise<void> {
  const step = { script, shell: 'sh', env, workingDirectory } as const;
  const shell = spawn('/bin/sh', stepArguments(step, surroundings), {
    cwd: '/',
    env: stepEnvironment(env, surroundings),
    stdio: [input, output, output],
  });
  await once(shell, 'exit');
}
