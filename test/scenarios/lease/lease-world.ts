import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunner } from '../../../runners/runner.ts';
import { createMemoryStore } from '../../../src/blobs/memory-store.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';
import { createMemoryLiveLog } from '../../../src/contract/memory/memory-live-log.ts';
import { type Ticket, ticketId } from '../../../src/contract/ticket.ts';
import { silentLog } from '../../../src/log.ts';
import { buildSpecOf } from '../../../src/runs/job-spec-of.ts';
import { createLeaseDesk } from '../../../src/runs/lease-desk.ts';
import { createLeaseSweep } from '../../../src/runs/lease-sweep.ts';
import { JobRefusal } from '../../../src/runs/open-job.ts';
import type { Job, Run } from '../../../src/runs/run.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../../src/sql/sql-leases.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { newRun, sampleDelivery } from '../../src/runs/sample-run.ts';
import { forgeFrame } from './forge-frame.ts';
import { createJobModel, type JobModel } from './job-model.ts';
import { createLossyLink } from './lossy-link.ts';
import { createRandom } from './random.ts';
import { createMachineClock, createVirtualClock, type MachineClock } from './virtual-clock.ts';

export const leaseMs = 15_000;
const startMs = 1_700_000_000_000;
const ticketSweepMs = 10_000;

type Machine = {
  name: string;
  directory: string;
  seed: string;
  clock: MachineClock;
  up: boolean;
  crash(): void;
  start(): Promise<void>;
};

/**
 * Control over its real store, runners over their real spools, and the whole lease protocol between them, on a
 * clock that is driven by hand. Only what a job does is a model: see `job-model.ts`.
 */
export async function createLeaseWorld(seed: number, plans: Parameters<typeof newRun>[0]) {
  const random = createRandom(seed);
  const clock = createVirtualClock(startMs);
  const link = createLossyLink(clock, random, forgeFrame);
  const root = mkdtempSync(join(tmpdir(), 'hookline-lease-'));
  const db = await openSqlite(':memory:');
  /** Of a control that runs beside the store: its wall clock stands where it stands, and is set while it works. */
  let controlClock = createMachineClock(clock, 0);
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${String(ids).padStart(6, '0')}`;
  };
  const store = createSqlRunStore(db, { now: () => controlClock.now(), newId, onEffects: () => {} });
  const leases = createSqlLeaseStore(db);
  const inbox = createSqlInbox(db, silentLog);
  const controlSeed = newSeed();
  const identity = identityOf(controlSeed);
  const machines: Machine[] = [];
  const model: JobModel = createJobModel(random);
  const offered = new Map<
    string,
    { queue: string; free: number; take: (ticket: Ticket, putBack: () => void) => Promise<void> }
  >();
  const held = new Set<string>();
  let stopControl = () => {};
  /** How often control cannot open a job because its provider is away. */
  const provider = { away: 0 };

  async function openJob(run: Run, job: Job) {
    await new Promise<void>((resolve) => clock.after(random.between(0, 20), resolve));
    if (random.chance(provider.away)) throw new Error('the provider is away');
    if (job.plan.kind !== 'build') throw new JobRefusal('artifact-missing', 'no deployments here');
    return buildSpecOf(
      run,
      { ...job, plan: job.plan },
      { source: { repository: 'octo/app', cloneUrl: 'https://x', ref: 'r', sha: 's' }, secrets: { S: 'x' } },
      { logLimitBytes: 1_000_000, memoryBytes: 1, cpus: 1, pids: 1 },
    );
  }

  async function startControl(): Promise<void> {
    const machine = createMachineClock(clock, 0);
    controlClock = createMachineClock(clock, random.between(-3_600_000, 3_600_000));
    const controlLink = link.control();
    const { now, elapsed } = controlClock;
    const ports = { store, leases, now, elapsed, newId, log: silentLog, link: controlLink, openJob };
    const keys = new Set(machines.map(({ seed: own }) => identityOf(own).publicKey));
    const enrolled = { runners: keys, deployers: keys };
    const desk = createLeaseDesk(ports, { identity, seed: controlSeed, enrolled, leaseMs });
    const sweep = createLeaseSweep(ports, leaseMs);
    const every = (ms: number, work: () => Promise<unknown>) => {
      const again = () => machine.after(ms, () => void work().then(again));
      again();
    };
    await controlLink.onFrame(desk.handle);
    every(1_000, async () => {
      await sweep();
      await model.check((runId) => store.get(runId));
    });
    every(ticketSweepMs, offerTickets);
    stopControl = () => {
      machine.stop();
      controlLink.crash();
    };
  }

  /** Each attempt that waits is offered to some runner with a free slot, as a queue does. */
  async function offerTickets(): Promise<void> {
    for (const ticket of await store.queuedTickets(100)) {
      const id = ticketId(ticket);
      const taker = random.pick([...offered.values()].filter(({ free }) => free > 0));
      if (!taker || held.has(id)) continue;
      held.add(id);
      taker.free -= 1;
      void taker
        .take(ticket, () => {})
        .finally(() => {
          held.delete(id);
          taker.free += 1;
        });
      // Now and then two runners get the same ticket, as when Redis came back with old data.
      const other = random.pick([...offered.values()].filter(({ free }) => free > 0));
      if (other && random.chance(0.2)) {
        other.free -= 1;
        void other
          .take(ticket, () => {})
          .finally(() => {
            other.free += 1;
          });
      }
    }
  }

  function addMachine(name: string): void {
    const directory = join(root, name);
    let stop = () => {};
    const machine: Machine = {
      name,
      directory,
      seed: newSeed(),
      clock: createMachineClock(clock, 0),
      up: false,
      crash: () => stop(),
      async start() {
        machine.up = true;
        machine.clock = createMachineClock(clock, random.between(-3_600_000, 3_600_000));
        let own: ReturnType<typeof link.runner> | undefined;
        const live = createMemoryLiveLog();
        await startRunner(
          {
            linkTo(address) {
              own = link.runner(address);
              return own;
            },
            blobs: createMemoryStore(),
            live: live.writer,
            clock: machine.clock,
            log: silentLog,
            carryOut: (spec, job) => model.carryOut(name, machine.clock, spec, job),
            sweep: async () => {},
            tickets: {
              take(queue, slots, handle) {
                offered.set(name, { queue, free: slots, take: handle });
                return { pause: async () => {}, resume: () => {}, close: async () => {} };
              },
            },
          },
          {
            queue: 'jobs',
            slots: 2,
            identity: identityOf(machine.seed),
            controlPublicKey: identity.publicKey,
            name,
            version: '1',
            directory,
          },
        );
        stop = () => {
          machine.up = false;
          machine.clock.stop();
          own?.crash();
          offered.delete(name);
          model.kill(name);
          held.clear();
        };
      },
    };
    machines.push(machine);
  }

  await inbox.record(sampleDelivery('delivery'));
  await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: clock.now() }, [
    newRun(plans, { createdAtMs: clock.now() }),
  ]);

  return {
    random,
    clock,
    link,
    model,
    machines,
    provider,
    store,
    addMachine,
    setControlClockBack: (byMs: number) => controlClock.setBack(byMs),
    startControl,
    stopControl: () => stopControl(),
    run: () => store.get('run'),
    async close() {
      stopControl();
      for (const machine of machines) machine.crash();
      await db.destroy();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
