import {
  type Appspec,
  type AppspecScript,
  eventLimitSeconds,
  type HookName,
  hookNames,
  reservedEvents,
} from './appspec.ts';
import type { AppspecReader, AppspecValue } from './appspec-reader.ts';
import { bundlePath } from './bundle-path.ts';

export function readHooks(reader: AppspecReader, value: AppspecValue): Appspec['hooks'] {
  const hooks: Partial<Record<HookName, readonly AppspecScript[]>> = {};
  for (const [name, list] of reader.fields(value) ?? []) {
    const hook = hookNames.find((each) => each === name);
    if (!hook) {
      const why = reservedEvents.includes(name)
        ? `\`${name}\` is an event of CodeDeploy's own and takes no scripts.`
        : `\`${name}\` is not a lifecycle event.`;
      reader.problem(list, `${why} Scripts can run in: ${hookNames.join(', ')}.`);
      continue;
    }
    hooks[hook] = readScripts(reader, list);
  }
  return hooks;
}

function readScripts(reader: AppspecReader, list: AppspecValue): AppspecScript[] {
  const scripts: AppspecScript[] = [];
  for (const item of reader.items(list)) {
    const script = readScript(reader, item);
    if (script) scripts.push(script);
  }
  const total = scripts.reduce((sum, script) => sum + (script.timeoutSeconds ?? 0), 0);
  if (total > eventLimitSeconds) {
    reader.problem(
      list,
      `The timeouts of ${list.name} add up to ${total} seconds. One event may take ${eventLimitSeconds} at most.`,
    );
  }
  return scripts;
}

function readScript(reader: AppspecReader, item: AppspecValue): AppspecScript | undefined {
  const fields = reader.fields(item, ['location', 'timeout', 'runas']);
  if (!fields) return undefined;
  const location = readLocation(reader, fields.get('location'), item);
  const timeoutSeconds = readTimeout(reader, fields.get('timeout'));
  const runasField = fields.get('runas');
  const runas = runasField && reader.text(runasField);
  if (location === undefined) return undefined;
  return {
    location,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(runas !== undefined && { runas }),
    at: item.at,
  };
}

function readLocation(reader: AppspecReader, field: AppspecValue | undefined, item: AppspecValue) {
  if (!field) {
    reader.problem(item, 'A script needs a `location`: its path in the bundle.');
    return undefined;
  }
  const text = reader.text(field);
  if (text === undefined) return undefined;
  const location = bundlePath(text);
  if (!location) reader.problem(field, `The location \`${text}\` must name a file inside the bundle.`);
  return location || undefined;
}

function readTimeout(reader: AppspecReader, field: AppspecValue | undefined): number | undefined {
  const text = field && reader.text(field);
  if (!field || text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > eventLimitSeconds) {
    reader.problem(
      field,
      `The timeout \`${text}\` must be a whole number of seconds from 1 to ${eventLimitSeconds}.`,
    );
    return undefined;
  }
  return seconds;
}
