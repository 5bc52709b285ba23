import type { Run } from '../../runs/run.ts';
import { tookText } from './words.ts';

export type MadeArtifact = { job: string; name: string; path: string; sizeBytes: number; fileCount: number };

/** What is said when a run has ended: how, and where what it made lies. Pure. */
export function summary(
  run: Run,
  made: { artifacts: readonly MadeArtifact[]; logs: string; tookMs: number },
): string[] {
  const artifacts = made.artifacts.map(
    ({ path, sizeBytes, fileCount }) =>
      `artifact ${path} (${sizeText(sizeBytes)}, ${fileCount} ${fileCount === 1 ? 'file' : 'files'})`,
  );
  const ran = run.jobs.some(({ attempt }) => attempt !== undefined);
  return [
    ...artifacts,
    ...(ran ? [`logs ${made.logs}`] : ['nothing was carried out: no job of the pipeline is for this']),
    `${run.status} in ${tookText(made.tookMs)}`,
  ];
}

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const kib = bytes / 1_024;
  return kib < 1_024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1_024).toFixed(1)} MiB`;
}
