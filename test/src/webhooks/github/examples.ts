import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

export type Example = {
  /** `github.com push #4` and the like, for the name of a test. */
  label: string;
  event: string;
  payload: Record<string, unknown>;
};

const definitions = z.array(
  z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }),
);

/** Every example of every event that @octokit/webhooks-examples has, of github.com and of Enterprise Server. */
export const examples: readonly Example[] = readExamples();

export function examplesOf(event: string): Example[] {
  return examples.filter((example) => example.event === event);
}

/** The first example of an event that meets a condition, for tests that change a field of it. */
export function examplePayload(
  event: string,
  condition: (payload: Record<string, unknown>) => boolean = () => true,
): Record<string, unknown> {
  const found = examplesOf(event).find(({ payload }) => condition(payload));
  if (found === undefined) throw new Error(`no such example of ${event}`);
  return structuredClone(found.payload);
}

function readExamples(): Example[] {
  const entry = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const root = path.dirname(path.dirname(entry));
  return readdirSync(root, { withFileTypes: true })
    .filter((file) => file.isDirectory())
    .map((directory) => directory.name)
    .sort()
    .flatMap((host) => {
      const file = readFileSync(path.join(root, host, 'index.json'), 'utf8');
      return definitions
        .parse(JSON.parse(file))
        .flatMap(({ name, examples: payloads }) =>
          payloads.map((payload, index) => ({ label: `${host} ${name} #${index}`, event: name, payload })),
        );
    });
}
