import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/blobs/memory-store.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';
import { newSeed } from '../../src/contract/keys.ts';
import { artifactKey, segmentKey } from '../../src/contract/live-log.ts';
import { verifyProvenance } from '../../src/contract/provenance.ts';
import { signingKeyOf } from '../../src/contract/signing-key.ts';
import { silentLog } from '../../src/log.ts';
import type { Change } from '../../src/runs/change.ts';
import type { RetentionPolicy } from '../../src/runs/retention.ts';
import { proveArtifacts } from '../../src/runs/start-provenance.ts';
import { prune, purgeRemoved } from '../../src/runs/start-retention.ts';
import { type RunEvent, transition } from '../../src/runs/transition.ts';
import { buildPlan, deployPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import { opened, type Stores, settled, succeeded } from './stores.ts';

const day = 86_400_000;
const hour = 3_600_000;
const start = 100 * day;
const { signal } = new AbortController();

/** What every database must do so that artifacts and logs go by policy, and nothing else goes. */
export function describeRetention(name: string, open: () => Promise<Stores>): void {
  type How = { outcome?: 'failure'; change?: Partial<Change>; deploy?: true; on?: true };

  async function world() {
    const stores = await opened(open);
    const blobs = createMemoryStore();
    let nowMs = start;
    const ports = { retention: stores.retention, files: blobs, now: () => nowMs, log: silentLog };

    /** A run of one job that ends at `endsAt` having stored an artifact and a line of log. */
    async function ranAt(id: string, endsAt: number, how: How = {}) {
      await stores.inbox.record(sampleDelivery(`d-${id}`));
      const plans = how.deploy ? [buildPlan('a'), deployPlan('live', ['a'])] : [buildPlan('a')];
      const given = newRun(plans, {
        id,
        deliveryId: `d-${id}`,
        ...(how.change ? { change: how.change } : {}),
      });
      await stores.store.settleDelivery(`d-${id}`, settled, [given]);
      const of = { runId: id, jobId: jobId(id, 'a'), attempt: 1 };
      const ended: JobEvent = { ...succeeded, at: endsAt, outcome: how.outcome ?? 'success' };
      const events: JobEvent[] = [
        { type: 'job.started', at: endsAt },
        { type: 'log.segment', index: 0, key: segmentKey(of, 0), sizeBytes: 3, firstLine: 0, lineCount: 1 },
        {
          type: 'artifact.stored',
          at: endsAt,
          name: 'app',
          key: artifactKey(of, 'app'),
          sizeBytes: 3,
          sha256: 'f'.repeat(64),
          fileCount: 1,
        },
        ...(how.on ? [] : [ended]),
      ];
      await blobs.put(segmentKey(of, 0), Buffer.from('log'));
      await blobs.put(artifactKey(of, 'app'), Buffer.from('zip'));
      await play(id, 'a', events, endsAt);
      if (how.deploy) {
        const done: JobEvent = { type: 'deployment.updated', at: endsAt, status: 'success' };
        await play(id, 'deploy live', [done, { ...succeeded, at: endsAt }], endsAt);
      }
    }

    async function play(id: string, job: string, events: readonly JobEvent[], atMs: number) {
      const lease = sampleLease(`l-${id}-${job}`);
      const change = (event: RunEvent) => stores.store.change(id, (run) => transition(run, event, atMs));
      await change({ type: 'claimed', jobId: jobId(id, job), attempt: 1, lease });
      for (const [at, body] of events.entries()) {
        await change({ type: 'reported', jobId: jobId(id, job), leaseId: lease.id, seq: at + 1, body });
      }
    }

    const keys = async () => (await Array.fromAsync(blobs.list(''))).map(({ key }) => key);
    const gone = async (policy: RetentionPolicy) =>
      (await stores.retention.expired(policy, nowMs, 100)).map(({ kind, runId }) => `${kind} ${runId}`);
    const setNow = (ms: number) => {
      nowMs = ms;
    };
    return { stores, blobs, ports, ranAt, keys, gone, setNow };
  }

  describe(`retention: ${name}`, () => {
    it('lets go of what is older than the days it is kept, but never of the last green run of a branch', async () => {
      const { ranAt, gone, setNow } = await world();
      await ranAt('green', start);
      await ranAt('red', start + hour, { outcome: 'failure' });
      await ranAt('tag', start + hour, { change: { event: 'tag', ref: 'refs/tags/v1' } });
      setNow(start + 90 * day);
      expect(await gone({ artifactMs: 90 * day, logMs: 90 * day })).toEqual([]);
      setNow(start + 90 * day + 2 * hour);
      const both = ['artifact red', 'log red'];
      expect(await gone({ artifactMs: 90 * day, logMs: 90 * day })).toEqual(both);
      expect(await gone({ artifactMs: 90 * day })).toEqual(['artifact red']);
      expect(await gone({})).toEqual([]);
      await ranAt('greener', start + 91 * day);
      expect(await gone({ artifactMs: 90 * day })).toEqual(['artifact green', 'artifact red']);
    });

    it('keeps the newest runs of each branch, counted branch by branch', async () => {
      const { ranAt, gone } = await world();
      for (const id of ['m1', 'm2', 'm3']) await ranAt(id, start);
      const change = { ref: 'refs/heads/feature', branch: 'feature' };
      for (const id of ['f1', 'f2']) await ranAt(id, start, { change });
      expect((await gone({ artifactRuns: 1 })).toSorted()).toEqual([
        'artifact f1',
        'artifact m1',
        'artifact m2',
      ]);
      expect(await gone({ artifactRuns: 2 })).toEqual(['artifact m1']);
    });

    it('keeps no last green run of a pull request', async () => {
      const { ranAt, gone, setNow } = await world();
      const branches = { headRepository: 'octo/app', headBranch: 'topic', baseBranch: 'main' };
      const pullRequest = {
        number: 7,
        title: 'Mend it',
        fork: false,
        draft: false,
        baseSha: 'b'.repeat(40),
        ...branches,
      };
      const change: Partial<Change> = { event: 'pull_request', ref: 'refs/pull/7/head', pullRequest };
      await ranAt('pr', start, { change });
      setNow(start + 2 * day);
      expect(await gone({ artifactMs: day, logMs: day })).toEqual(['artifact pr', 'log pr']);
    });

    it('keeps what a deployment used, and what belongs to a run that goes on', async () => {
      const { ranAt, gone, setNow } = await world();
      await ranAt('shipped', start, { deploy: true });
      await ranAt('going', start, { on: true });
      await ranAt('last', start);
      setNow(start + 2 * day);
      expect(await gone({ artifactMs: day, artifactRuns: 1 })).toEqual([]);
    });

    it('removes row and files, says when and why, and looks for the files once more', async () => {
      const { stores, ports, ranAt, keys, setNow } = await world();
      await ranAt('old', start);
      await ranAt('new', start + 5 * day);
      const before = await stores.history.run('old');
      setNow(start + 5 * day);
      const policy = { artifactMs: day, logMs: day };
      expect(await prune(ports, policy, signal)).toMatchObject([
        { kind: 'artifact', runId: 'old', fileName: 'app.zip', sizeBytes: 3, ref: 'refs/heads/main' },
        { kind: 'log', runId: 'old', jobName: 'a', attempt: 1 },
      ]);
      const left = await keys();
      expect(left.filter((key) => key.includes('/old/'))).toEqual([]);
      expect(left.filter((key) => key.includes('/new/'))).toHaveLength(2);

      const again = await stores.reopen();
      const removed = { atMs: start + 5 * day, because: 'artifacts are kept for 1 day after their run' };
      const artifactId = before?.artifacts[0]?.id ?? '';
      expect(await again.history.artifact(artifactId)).toMatchObject({ removed });
      const detail = await again.history.run('old');
      expect(detail?.artifacts).toMatchObject([{ id: artifactId, removed }]);
      expect(detail?.jobs[0]?.attempts[0]).toMatchObject({ logRemoved: { atMs: start + 5 * day } });
      const wanted = { repository: 'octo/app', branch: 'main', status: 'success', name: 'app' } as const;
      expect(await again.history.listArtifacts(wanted, { limit: 1 })).toMatchObject({
        items: [{ runId: 'new' }],
      });
      expect((await again.history.listArtifacts({}, { limit: 9 })).items).toHaveLength(1);
      expect(await again.history.listArtifacts({ name: 'other' }, { limit: 9 })).toEqual({ items: [] });
      expect(await again.history.segments(jobId('old', 'a'), 1)).toEqual([]);
      expect(await again.store.artifactOf('old', 'a', 'app')).toBeUndefined();
      expect(await again.store.artifactOf('new', 'a', 'app')).toBeDefined();

      expect(await purgeRemoved(ports, signal)).toBe(0);
      setNow(start + 6 * day);
      expect(await purgeRemoved(ports, signal)).toBe(2);
      setNow(start + 60 * day);
      expect(await purgeRemoved(ports, signal)).toBe(0);
    });

    it('forgets no file when it is killed between the two, and marks no file that it did not mark before', async () => {
      const { stores, ports, ranAt, keys, setNow } = await world();
      await ranAt('old', start);
      await ranAt('new', start + 5 * day);
      setNow(start + 5 * day);
      const failing = { ...ports.files, remove: () => Promise.reject(new Error('the disk is away')) };
      await prune({ ...ports, files: failing }, { artifactMs: day }, signal);
      expect((await stores.history.run('old'))?.artifacts).toMatchObject([{ removed: {} }]);
      expect((await keys()).filter((key) => key.startsWith('artifacts/old/'))).toHaveLength(1);

      const again = await stores.reopen();
      setNow(start + 5 * day + hour);
      expect(await purgeRemoved({ ...ports, retention: again.retention }, signal)).toBe(1);
      expect((await keys()).filter((key) => key.startsWith('artifacts/old/'))).toEqual([]);
    });

    it('takes nothing from a run that was begun again meanwhile', async () => {
      const { stores, ranAt } = await world();
      await ranAt('red', start, { outcome: 'failure' });
      const nowMs = start + 5 * day;
      const [red] = await stores.retention.expired({ artifactMs: day }, nowMs, 10);
      await stores.store.change('red', (run) => transition(run, { type: 'retried', scope: 'failed' }, nowMs));
      expect(red && (await stores.retention.remove(red, nowMs))).toBe(false);
      expect((await stores.history.run('red'))?.artifacts[0]?.removed).toBeUndefined();
    });

    it('knows of what a statement of origin is to be made: artifacts whose job has ended, once', async () => {
      const { stores, blobs, ranAt } = await world();
      await ranAt('going', start, { on: true });
      await ranAt('done', start);
      const [found, ...more] = await stores.provenance.unproved(10);
      expect(more).toEqual([]);
      expect(found).toMatchObject({
        runId: 'done',
        jobName: 'a',
        attempt: 1,
        name: 'app',
        sha256: 'f'.repeat(64),
      });
      expect(found).toMatchObject({
        change: { repository: 'octo/app' },
        runner: { id: 'r1', name: 'builder-1' },
      });

      const key = signingKeyOf(newSeed());
      const builder = { url: 'https://ci.example.com', version: '1' };
      const { provenance } = stores;
      const by = { provenance, files: blobs, key, builder, cloneUrlOf: () => undefined, log: silentLog };
      expect(await proveArtifacts(by, signal)).toBe(1);
      const [artifact] = (await stores.history.run('done'))?.artifacts ?? [];
      expect(artifact?.proved).toBe(true);
      const stored = await blobs.get(`${artifact?.key}.intoto.json`);
      const statement = verifyProvenance(
        await new Response(stored?.body).text(),
        'f'.repeat(64),
        key.publicKey,
      );
      expect(statement.subject).toMatchObject([{ name: 'app.zip' }]);
      expect(await proveArtifacts(by, signal)).toBe(0);
    });

    it('hands each out to one of many', async () => {
      const { stores, ranAt } = await world();
      await ranAt('old', start, { outcome: 'failure' });
      const [expired] = await stores.retention.expired({ artifactMs: day }, start + 5 * day, 10);
      if (!expired) throw new Error('nothing expired');
      const all = [1, 2, 3, 4].map(() => stores.retention.remove(expired, start));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
      const take = { nowMs: start, holdMs: hour, limit: 10 };
      const taken = await Promise.all([1, 2, 3].map(() => stores.retention.takePurges(take)));
      expect(taken.flat()).toHaveLength(1);
      expect(await stores.retention.takePurges({ ...take, nowMs: start + hour - 1 })).toEqual([]);
      expect(await stores.retention.takePurges({ ...take, nowMs: start + hour })).toHaveLength(1);
    });
  });
}
