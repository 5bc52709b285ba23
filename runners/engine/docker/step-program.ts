import { posix } from 'node:path';
import type { Step } from '../engine.ts';
import { scriptArguments } from '../script-arguments.ts';
import { shellWord } from '../shell-word.ts';

/** Opens every mark the driver makes: a byte that output hardly ever holds, so that live output is hardly ever held back. */
const MARK = '\x1e';

/** What the driver prints on stdout when a step has ended: everything before it was written before that moment. */
export function endMark(token: string): string {
  return MARK + token;
}

/**
 * What the driver's shell is given first. It must suit dash, bash and busybox ash, and use builtins only: with
 * the process limit reached nothing can be forked.
 *
 * - The traps: a step may signal process 1. A handler, unlike "ignore", is not passed on to children, and
 *   unlike the default it never ends the shell. Losing the engine (SIGPIPE) does end it, and the job with it.
 * - A step can leave the shared stdout non-blocking (programs on libuv do), so that writing a mark into a full pipe
 *   fails with EAGAIN. A write this short is all or nothing, so it is simply tried again.
 * - The kernel counts the processes it killed for memory in `memory.events` (cgroup v2) or
 *   `memory.oom_control` (v1); a step's exit code alone does not tell such a kill from any other. Most memory that
 *   there was at one time, the page cache included, it says in `memory.peak` (v2, Linux 5.19) or `max_usage_in_bytes`.
 */
export const DRIVER_PROLOGUE = `\
trap : HUP INT QUIT ALRM TERM USR1 USR2
trap 'exit 1' PIPE
hl_end() {
  hl_oom=0
  for hl_file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    if [ -r "$hl_file" ]; then
      while read -r hl_key hl_value; do
        if [ "$hl_key" = oom_kill ]; then hl_oom=$hl_value; fi
      done <"$hl_file"
    fi
  done
  hl_peak=0
  for hl_file in /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes; do
    if [ -r "$hl_file" ]; then read -r hl_peak <"$hl_file"; fi
  done
  until printf '\\036%s' "$1" 2>/dev/null; do sleep 0.1; done
  printf '\\036%s %s %s %s\\n' "$1" "$2" "$hl_oom" "$hl_peak" >&2
}
`;

/**
 * One step as the driver's shell reads it. The subshell is the step: it holds neither the driver's stdin nor
 * its stderr, and the variables it exports end with it. Values are shell words, never arguments of a program,
 * so no secret shows in a process list.
 */
export function stepProgram(step: Step, workspacePath: string, token: string): string {
  const exports = Object.entries(step.env).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
  const directory = posix.resolve(workspacePath, step.workingDirectory);
  const script = scriptArguments(step.script, step.shell).map(shellWord);
  return `(
${exports.join('')}cd -- ${shellWord(directory)} || exit 1
exec ${step.shell} -c ${script.join(' ')}
) </dev/null 2>&1
hl_end ${token} $?
`;
}
