import type { JobContainer } from '../engine/engine.ts';

const keptBytes = 2_000;

/** Runs a script of our own in the container of a job; what it prints is kept from the log, and its end is returned. */
export async function runScript(
  container: Pick<JobContainer, 'run'>,
  script: string,
  { env, signal }: { env: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<{ code: number; said: string }> {
  let said = '';
  const output = (chunk: Uint8Array) => {
    said = `${said}${Buffer.from(chunk).toString('utf8')}`.slice(-keptBytes);
  };
  const step = { script, shell: 'sh', env, workingDirectory: '.' } as const;
  const end = await container.run(step, { output, signal });
  signal.throwIfAborted();
  if (end.type === 'died') return { code: 137, said: end.message };
  return { code: end.code, said: said.trim() };
}
