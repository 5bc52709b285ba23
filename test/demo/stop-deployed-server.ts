import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Ends what the last deployment started, by the application's own script; nothing happens when nothing runs. */
export async function stopDeployedServer(appDirectory: string): Promise<void> {
  await promisify(execFile)('sh', [join(appDirectory, 'scripts/stop.sh')]);
}
