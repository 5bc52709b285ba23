import type { Engine } from '../../runners/engine/engine.ts';

/** Processors by the names of the container world (`GOARCH`), for images are chosen by them. */
const processors: Readonly<Partial<Record<string, string>>> = { x64: 'amd64', ia32: '386' };

/** Of a runner without containers: lists of runners show it, and a job may ask for it. */
const unisolated = 'unisolated';

/** What every runner offers by itself, and what it was given beside that; sorted, each once. */
export function runnerLabels(
  given: readonly string[],
  isolation: Engine['isolation'],
  { platform, arch }: { platform: string; arch: string } = process,
): string[] {
  const own = [platform, processors[arch] ?? arch, ...(isolation === 'none' ? [unisolated] : [])];
  return [...new Set([...own, ...given])].sort();
}
