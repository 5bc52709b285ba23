/** `npm test [-- stage…]`: every check there is, or those whose names begin with what is given. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { runCommand } from './run/run-command.ts';
import { filesToLookAtAgain, resultOfSecondLook } from './run/second-look.ts';
import { type Stage, stages } from './run/stage.ts';
import {
  type Ending,
  resultOfCommand,
  resultOfVitest,
  type StageResult,
  type VitestReport,
} from './run/stage-result.ts';
import { exitCodeOf, summaryText } from './run/summary-text.ts';

const wanted = process.argv.slice(2);
const chosen = stages.filter(
  ({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
);
if (chosen.length === 0) {
  console.error(`no stage is called so; there are: ${stages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
// Ctrl-C reaches the stage as well; what it comes to is still told.
let interrupted = false;
process.on('SIGINT', () => {
  interrupted = true;
});

const reports = await mkdtemp(join(tmpdir(), 'hookline-test-'));
const results: StageResult[] = [];
try {
  for (const stage of chosen) {
    if (interrupted) break;
    console.log(styleText('bold', `\n── ${stage.name}`));
    results.push(await runStage(stage));
  }
} finally {
  await rm(reports, { recursive: true, force: true });
}
console.log(`\n${summaryText(results, isCi)}`);
process.exitCode = interrupted ? 130 : exitCodeOf(results, isCi);

async function runStage({ name, command, timeoutMs, isVitest }: Stage): Promise<StageResult> {
  if (!isVitest) return resultOfCommand(name, await runCommand(command, timeoutMs));
  const [ending, report] = await runVitest(command, timeoutMs);
  const result = resultOfVitest(name, ending, report);
  const again = filesToLookAtAgain(report);
  if (report === undefined || again.length === 0 || interrupted) return result;
  console.log(styleText('bold', `\n── ${name}: what failed, once more by itself`));
  const alone = [...command, '--maxWorkers=1', ...again];
  return resultOfSecondLook(result, report, ...(await runVitest(alone, timeoutMs)));
}

async function runVitest(
  command: readonly string[],
  timeoutMs: number,
): Promise<[Ending, VitestReport | undefined]> {
  const file = join(reports, `${randomUUID()}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ending = await runCommand([...command, ...reporters], timeoutMs);
  return [ending, await readReport(file)];
}

async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}
