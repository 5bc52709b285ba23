import { execFileSync, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { collectFiles } from '../../runners/artifacts/collect-files.ts';
import { writeZip } from '../../runners/artifacts/zip-writer.ts';

/**
 * Packs a tree of source-like files and one large incompressible one with the own writer and with Info-ZIP, and prints
 * time, memory and size as ratios: `node test/bench/zip-bench.ts [files] [large MiB] [rounds]`.
 */
const [fileCount = 5_000, largeMib = 20, rounds = 3] = process.argv.slice(2, 5).map(Number);

interface Measured {
  wallMs: number;
  peakMib: number;
  sizeBytes: number;
}

/** Started again by itself for every measurement, so that each peak is of a process of its own. */
async function packHere(tree: string, zip: string): Promise<void> {
  const startedMs = performance.now();
  const entries = await collectFiles({ root: tree, patterns: ['.'] });
  const collectedMs = performance.now();
  const { stream, done } = writeZip(entries);
  await pipeline(Readable.from(stream), createWriteStream(zip));
  const { sizeBytes } = await done;
  const wallMs = performance.now() - startedMs;
  const measured: Measured = { wallMs, sizeBytes, peakMib: process.resourceUsage().maxRSS / 1024 };
  console.error(`  of which collecting ${Math.round(collectedMs - startedMs)} ms`);
  console.log(JSON.stringify(measured));
}

function makeTree(tree: string): void {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const words = Array.from({ length: 4_000 }, () =>
    random()
      .toString(36)
      .slice(2, 3 + random() * 10),
  );
  for (let i = 0; i < fileCount; i++) {
    const directory = join(tree, `package-${i % 200}`, `part-${i % 7}`);
    mkdirSync(directory, { recursive: true });
    const text: string[] = [];
    for (let left = random() ** 3 * 6_000; left > 0; left--) {
      text.push(words[Math.floor(random() ** 2 * words.length)] ?? '', random() < 0.1 ? ';\n' : ' ');
    }
    writeFileSync(join(directory, `file-${i}.ts`), text.join(''));
  }
  const large = Buffer.alloc(largeMib << 20);
  for (let at = 0; at < large.length; at += 65_536) crypto.getRandomValues(large.subarray(at, at + 65_536));
  writeFileSync(join(tree, 'large.bin'), large);
}

function measureOwn(tree: string, zip: string): Measured {
  const self = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [self, '--pack', tree, zip], { encoding: 'utf8' });
  return JSON.parse(output) as Measured;
}

function measureInfoZip(tree: string, zip: string): Measured {
  rmSync(zip, { force: true });
  const startedMs = performance.now();
  execFileSync('zip', ['-6', '-X', '-q', '-r', '-y', zip, '.'], { cwd: tree });
  return { wallMs: performance.now() - startedMs, peakMib: Number.NaN, sizeBytes: statSync(zip).size };
}

function best(runs: Measured[]): Measured {
  return runs.reduce((a, b) => (b.wallMs < a.wallMs ? b : a));
}

async function main(): Promise<void> {
  if (process.argv[2] === '--pack') return packHere(process.argv[3] ?? '', process.argv[4] ?? '');
  const directory = mkdtempSync(join(tmpdir(), 'zip-bench-'));
  try {
    const tree = join(directory, 'tree');
    makeTree(tree);
    const hasZip = spawnSync('zip', ['-v']).status === 0;
    const own: Measured[] = [];
    const peer: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push(measureOwn(tree, join(directory, 'own.zip')));
      if (hasZip) peer.push(measureInfoZip(tree, join(directory, 'peer.zip')));
    }
    const a = best(own);
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    console.log(`${fileCount} files and one of ${largeMib} MiB, best of ${rounds}`);
    console.log(
      `own writer  ${Math.round(a.wallMs)} ms, peak ${Math.round(a.peakMib)} MiB, ${mib(a.sizeBytes)} MiB`,
    );
    if (!hasZip) return console.log('Info-ZIP is not installed; nothing to compare with');
    const b = best(peer);
    console.log(`Info-ZIP    ${Math.round(b.wallMs)} ms, ${mib(b.sizeBytes)} MiB`);
    console.log(
      `own / Info-ZIP: time ${(a.wallMs / b.wallMs).toFixed(2)}, size ${(a.sizeBytes / b.sizeBytes).toFixed(3)}`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
