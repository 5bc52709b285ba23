import type { RunJson } from './hookline-api.ts';
import { measureMemory } from './measure-memory.ts';
import type { Scene } from './scene.ts';
import { type Findings, mebibytes, memoryText } from './summary.ts';

/** Of all processes together after their work, on a first start too, when Node has everything still to compile. */
const mostMemoryMiB = 300;

/** What a person finds afterwards: the history, the page of a run, and what the service costs while it waits. */
export async function lookBack(
  { api, checks, repository, hookline }: Scene,
  deployed: RunJson,
): Promise<Findings> {
  // Once to open the connection, so that the second time is that of the answer.
  await api.runs({ repository });
  const begin = performance.now();
  const runs = await api.runs({ repository });
  const historyMs = performance.now() - begin;
  checks.equal(
    'the history has every run, the newest first',
    ['push error', 'pull_request failure', 'push failure', 'push success'],
    runs.map(({ event, status }) => `${event} ${status}`),
  );

  const page = await api.get(`/runs/${deployed.id}`);
  const text = await page.text();
  checks.that(
    'the page of the run shows it',
    page.headers.get('content-type')?.startsWith('text/html') === true && text.includes(deployed.title),
    `HTML with “${deployed.title}”`,
    `${page.headers.get('content-type')}, ${text.length} characters`,
  );

  const memory = await measureMemory(hookline.pid);
  checks.that(
    `web, runner and Redis together take at most ${mostMemoryMiB} MiB`,
    mebibytes(memory) <= mostMemoryMiB,
    `at most ${mostMemoryMiB} MiB`,
    memoryText(memory),
  );
  return { runs, historyMs, memory };
}
