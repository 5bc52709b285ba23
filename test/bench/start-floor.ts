import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./intake-floor.ts', import.meta.url));

export async function startFloor(
  mode: 'nothing' | 'group' | 'each',
  file: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const child = fork(program, [mode, file]);
  const ended = once(child, 'exit');
  const [port] = (await once(child, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}/webhooks/github`,
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
