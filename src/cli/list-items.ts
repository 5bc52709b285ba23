import { parseArgs } from 'node:util';
import { callService } from './call-service.ts';

/** What the service lists at `path`: the newest 20, unless the arguments filter. Each filter of the API is a flag. */
export async function listItems<Item>(
  path: string,
  filters: readonly string[],
  args: readonly string[],
): Promise<Item[]> {
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(filters.map((name) => [name, { type: 'string' as const }])),
  });
  const query = new URLSearchParams({ limit: '20' });
  for (const [name, value] of Object.entries(values)) query.set(name, String(value));
  const response = await callService(`${path}?${query}`);
  const { items } = (await response.json()) as { items: Item[] };
  return items;
}
