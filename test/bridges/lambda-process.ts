import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const runtime = fileURLToPath(new URL('./lambda-runtime.mjs', import.meta.url));
const bridge = fileURLToPath(new URL('../../bridges/codecommit-lambda/index.mjs', import.meta.url));

export type LambdaSettings = {
  /** `HOOKLINE_SECRET`; unset when undefined. */
  secret: string | undefined;
  /** The function's timeout. */
  timeoutMs?: number;
};

/** One answer of hookline, as the function hands it on. */
export type LambdaResult = { eventId: string; status: number; answer: string };

/**
 * Runs the CodeCommit bridge as Lambda would: a process of its own, with nothing in its environment but its settings.
 * Rejects with the function's own words when it fails.
 */
export async function invokeLambda(
  event: object,
  { secret, timeoutMs = 60_000 }: LambdaSettings,
): Promise<LambdaResult[]> {
  const child = spawn(process.execPath, [runtime, bridge, String(timeoutMs)], {
    env: secret === undefined ? {} : { HOOKLINE_SECRET: secret },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(event));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`the function failed: ${stderr.trim()}`);
  return JSON.parse(stdout) as LambdaResult[];
}
