import { expect, it } from 'vitest';
import { expectedLetters } from '../examples/expected-letters.ts';
import { startHammer, versionOf } from '../examples/request-hammer.ts';
import { withShopWorld } from '../examples/shop-world.ts';

/** Two of the twenty versions that `test/examples/spring-boot-travis.ts` rolls out, and one that is no good. */
it(
  'a Spring Boot project with its .travis.yml is built, zipped and deployed behind nginx, no request fails, and the team is told',
  () =>
    withShopWorld(async ({ host, release, log, letters }) => {
      const first = await release(1);
      expect(first.run, await log(first.run.jobs[0] ?? { id: '' })).toMatchObject({
        status: 'success',
        artifacts: [{ name: 'bundle' }],
        deployments: [{ environment: 'shop-servers', status: 'success' }],
      });
      const hammer = startHammer(host.url);
      const { run } = await release(2, 'ends at once');
      expect(run).toMatchObject({ status: 'failure', deployments: [{ status: 'failure' }] });
      const deploying = run.jobs.find(({ kind }) => kind === 'deploy');
      expect(deploying && (await log(deploying))).toContain('Error: no database');
      expect(await versionOf(host.url)).toBe('1');
      const third = await release(3);
      expect(third.run.status).toBe('success');
      expect(await versionOf(host.url)).toBe('3');

      const { requests, failures, answers } = await hammer.stop();
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(100);
      expect([...answers.keys()]).toEqual(['1', '3']);
      expect(letters()).toEqual(expectedLetters([first.run, run, third.run]));
      expect(letters()).toHaveLength(2);
    }),
  240_000,
);
