import { readConfig } from '../config.ts';
import { messageOf, Refusal } from '../errors.ts';

export class ServiceRefusal extends Refusal<'unreachable' | 'refused'> {}

/**
 * Calls the API of the hookline that runs here: at HOOKLINE_PUBLIC_URL, or at HOST and PORT, with HOOKLINE_API_KEY.
 * Rejects with the service's own words when it says no.
 */
export async function callService(path: string, body?: unknown): Promise<Response> {
  const { base, apiKey } = service();
  const headers: Record<string, string> = {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, request).catch((error: unknown) => {
    const cause = causeOf(error);
    const remedy = 'is it running? HOOKLINE_PUBLIC_URL, or HOST and PORT, say where it is';
    throw new ServiceRefusal('unreachable', `hookline at ${base} does not answer: ${cause}; ${remedy}`);
  });
  if (response.ok) return response;
  const problem: unknown = await response.json().catch(() => ({}));
  const detail = typeof problem === 'object' && problem && 'detail' in problem ? String(problem.detail) : '';
  throw new ServiceRefusal('refused', `${response.status} from ${path}: ${detail || response.statusText}`);
}

/** What lies at a whole address; of the service itself, with its key, which nobody else is shown. */
export async function fetchText(url: string): Promise<string> {
  const { base, apiKey } = service();
  const isOurs = apiKey !== undefined && new URL(url).origin === new URL(base).origin;
  const headers: Record<string, string> = isOurs ? { authorization: `Bearer ${apiKey}` } : {};
  const response = await fetch(url, { headers }).catch((error: unknown) => {
    throw new ServiceRefusal('unreachable', `${url} does not answer: ${causeOf(error)}`);
  });
  if (!response.ok) throw new ServiceRefusal('refused', `${response.status} from ${url}`);
  return response.text();
}

function service(): { base: string; apiKey: string | undefined } {
  const { publicUrl, host, port, apiKey } = readConfig(process.env);
  return { base: publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`, apiKey };
}

function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause ? error.cause : error);
}

export type RunLine = {
  id: string;
  number: number;
  repository: string;
  status: string;
  branch?: string;
  sha: string;
  title: string;
  reason?: { message: string };
  jobs?: { id: string; name: string; status: string }[];
};

/** The answer to a command: the run as it stands, unless control has not come to it yet. */
export async function askService(runId: string, verb: string, body: object): Promise<number> {
  const by = process.env['SUDO_USER'] ?? process.env['USER'] ?? 'operator';
  const response = await callService(`/api/v1/runs/${encodeURIComponent(runId)}/${verb}`, { by, ...body });
  if (response.status === 202) {
    console.log('written down; control has not come to it yet');
    return 0;
  }
  const run = (await response.json()) as RunLine;
  console.log(`run #${run.number} of ${run.repository} is ${run.status}`);
  return 0;
}
