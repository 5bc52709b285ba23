import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../chaos/chaos.ts', import.meta.url));
const limitMs = 240_000;

// One seed, so that a change is held against what the change before it was; `npm run chaos` takes any.
it('what is broken by chance loses nothing, does nothing twice, leaves nothing hanging or behind', {
  timeout: limitMs + 10_000,
}, async () => {
  const chaos = spawn(process.execPath, [program, '--small', '--seed', '7'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: limitMs,
  });
  let account = '';
  chaos.stdout.setEncoding('utf8').on('data', (text: string) => {
    account += text;
  });
  await once(chaos, 'close');
  console.log(account);
  expect(chaos.exitCode, account).toBe(0);
});
