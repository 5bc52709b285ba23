import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PushTemplate } from './push-body.ts';

export type LoadOptions = {
  url: string;
  template: PushTemplate;
  /** Begins the delivery ids; deliveries of one series are never sent twice. */
  series: string;
  count: number;
  connections: number;
};
export type LoadResult = { accepted: number; perSecond: number; p50Ms: number; p99Ms: number };

const program = fileURLToPath(new URL('./load-generator.ts', import.meta.url));
const run = promisify(execFile);

/** Throws unless every single delivery was answered 202. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { stdout } = await run(process.execPath, [program, JSON.stringify(options)]);
  const result = JSON.parse(stdout) as LoadResult;
  if (result.accepted !== options.count) {
    throw new Error(
      `${options.url}: ${options.count - result.accepted} of ${options.count} were not answered 202`,
    );
  }
  return result;
}
