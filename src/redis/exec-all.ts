import type { ChainableCommander } from 'ioredis';

/** Sends what was queued, and rejects when any of it failed: by itself a pipeline reports that in its replies only. */
export async function execAll(commands: ChainableCommander): Promise<void> {
  for (const [error] of (await commands.exec()) ?? []) if (error) throw error;
}
