/**
 * `npm run example`: twenty versions of examples/spring-boot-travis go out while customers ask for its page all the
 * time. Five of them are no good, and nobody must notice. Exit status 0 only if that was so.
 */

import { isDeepStrictEqual } from 'node:util';
import { becomeRoot } from '../demo/become-root.ts';
import { expectedLetters } from './expected-letters.ts';
import { startHammer, versionOf } from './request-hammer.ts';
import { type Fault, withShopWorld } from './shop-world.ts';

const versions = 20;
const bad = new Map<number, Fault>([
  [4, 'says that it is down'],
  [8, 'ends at once'],
  [12, 'never listens'],
  [13, 'ends at once'],
  [18, 'says that it is down'],
]);

process.exitCode = (await becomeRoot((line) => console.error(line))) ?? (await withShopWorld(roll));

async function roll({ host, release, log, letters }: Parameters<Parameters<typeof withShopWorld>[0]>[0]) {
  const wrong: string[] = [];
  const first = await release(1);
  console.log(`${host.url} is served by version 1 (${first.run.status}); customers come`);
  const hammer = startHammer(host.url);
  const runs = [first.run];
  let serving = 1;
  for (let version = 2; version <= versions; version += 1) {
    const fault = bad.get(version);
    const { run, tookMs } = await release(version, fault);
    runs.push(run);
    if (fault === undefined) serving = version;
    const wanted = fault === undefined ? 'success' : 'failure';
    const answers = await versionOf(host.url);
    const isRight = run.status === wanted && answers === String(serving);
    console.log(
      `version ${String(version).padStart(2)}  ${run.status}  ${(tookMs / 1000).toFixed(1)} s  ` +
        `version ${answers} serves${fault === undefined ? '' : `: version ${version} ${fault}`}`,
    );
    if (isRight) continue;
    wrong.push(`version ${version}: ${run.status} in place of ${wanted}; ${answers} serves, not ${serving}`);
    for (const job of run.jobs) console.log(await log(job));
  }
  const { requests, failures, answers, slowestMs } = await hammer.stop();
  const unwanted = [...bad.keys()].filter((version) => answers.has(String(version)));
  console.log(
    `${requests} requests, ${failures.length} failed, the slowest took ${Math.round(slowestMs)} ms; ` +
      `${answers.size} versions answered`,
  );
  const [came, due] = [letters(), expectedLetters(runs)];
  for (const { to, subject } of came) console.log(`e-mail to ${to.join(', ')}: ${subject}`);
  if (!isDeepStrictEqual(came, due))
    wrong.push(`due were the letters ${due.map(({ subject }) => subject).join('; ')}`);
  if (failures.length > 0) wrong.push(`failed requests: ${failures.slice(0, 5).join('; ')}`);
  if (unwanted.length > 0) wrong.push(`customers saw versions that are no good: ${unwanted.join(', ')}`);
  if (answers.size !== versions - bad.size) wrong.push(`${answers.size} versions answered`);
  console.log(
    wrong.length === 0 ? '✓ Nobody noticed anything.' : wrong.map((each) => `✗ ${each}`).join('\n'),
  );
  return wrong.length === 0 ? 0 : 1;
}
