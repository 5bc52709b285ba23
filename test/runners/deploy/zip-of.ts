import { writeZip } from '../../../runners/artifacts/zip-writer.ts';

/** Files by their paths. */
export type Bundle = Readonly<Record<string, string | Uint8Array>>;

/** A bundle as its zip; what ends in `.sh` is executable. */
export async function zipOf(bundle: Bundle): Promise<Buffer> {
  const entries = Object.entries(bundle).map(([name, content]) => ({
    kind: 'content' as const,
    name,
    mode: name.endsWith('.sh') ? (0o755 as const) : (0o644 as const),
    content: Buffer.from(content),
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(entries, { workers: 0 }).stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
