/** Processors by the names of the container world (`GOARCH`), for images are chosen by them. */
const processors: Readonly<Partial<Record<string, string>>> = { x64: 'amd64', ia32: '386' };

/** What every runner offers by itself, and what it was given beside that; sorted, each once. */
export function runnerLabels(
  given: readonly string[],
  { platform, arch }: { platform: string; arch: string } = process,
): string[] {
  return [...new Set([platform, processors[arch] ?? arch, ...given])].sort();
}
