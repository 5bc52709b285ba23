import { type Answer, macFrame } from '../contract/frame.ts';
import { leaseKeyOf } from '../contract/keys.ts';
import type { ControlLink } from '../contract/link.ts';
import type { TicketWriter } from '../contract/ticket.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { withCorrelation } from '../log.ts';
import { startLoop } from '../loop.ts';
import { startWorkPool } from '../work-pool.ts';
import { createApprovalSweep } from './approval-sweep.ts';
import { carryOutCommand } from './carry-out-command.ts';
import type { Command, CommandLog } from './command.ts';
import type { DeliveryQueue, RecordedDelivery } from './delivery-queue.ts';
import { type DispatchPorts, startDispatcher } from './dispatch-effects.ts';
import { createLeaseDesk, type LeaseDeskPorts, type LeaseDeskSettings } from './lease-desk.ts';
import { createLeaseSweep } from './lease-sweep.ts';
import { createLimitSweep, type LimitStore } from './limit-sweep.ts';
import { type Planned, type PlanPorts, planDelivery } from './plan-delivery.ts';
import type { LeaseStore, RunStore } from './run-store.ts';
import { createRunnerDesk } from './runner-desk.ts';
import type { RunnerRegistry } from './runner-registry.ts';
import { waitTimeMs } from './wait-time.ts';

export type ControlPorts = Omit<LeaseDeskPorts, 'link'> &
  PlanPorts &
  Omit<DispatchPorts, 'stopLease'> & {
    store: RunStore;
    leases: LeaseStore;
    registry: RunnerRegistry;
    limits: LimitStore;
    deliveries: DeliveryQueue;
    commands: CommandLog;
    link: ControlLink;
    tickets: TicketWriter;
    /** Of a `Clock`: what passes, whatever the wall clock is set to. */
    elapsed: () => number;
    /** The time by which everything is held that one control at a time works on: the same for all of them. */
    holdNow: () => Promise<number>;
    log: Log;
  };

export type ControlSettings = LeaseDeskSettings & {
  ticketSweepMs: number;
  /** A job that nobody takes for this long is given up. */
  queueTimeoutMs: number;
};

const planners = 8;
/** A control that dies in the middle of planning keeps the deliveries of that repository waiting this long. */
const planHoldMs = 30_000;
const planKeepMs = 10_000;
const pollMs = 1_000;
const leaseSweepMs = 1_000;
const approvalSweepMs = 1_000;
const limitSweepMs = 1_000;
/** A delivery that runs into a defect of ours this often makes room for the ones behind it. */
const maxDefects = 12;
const commandPlaces = 8;
const commandHoldMs = 10_000;
const planWait = { firstMs: 1_000, mostMs: 60_000 };
const ticketsPerSweep = 10_000;

/**
 * Control: plans deliveries, answers runners, carries out effects, takes up lost leases, mends the ticket queue.
 * Everything it knows is in the store, so it may be killed at any instant and started again, and any number of
 * it may run beside each other.
 */
export async function startControl(ports: ControlPorts, settings: ControlSettings) {
  const { log, store } = ports;
  const desk = createLeaseDesk({ ...ports, orderOf: ports.registry.orderOf }, settings);
  const runnerDesk = createRunnerDesk(ports, settings);

  const planning = startWorkPool({
    name: 'planning',
    capacity: planners,
    idleMs: pollMs,
    log,
    take: async (limit) => ports.deliveries.take({ nowMs: await ports.holdNow(), holdMs: planHoldMs, limit }),
    work: (delivery: RecordedDelivery, signal) =>
      withCorrelation(delivery.correlationId, () => plan(delivery, signal)),
  });
  const commanding = startWorkPool({
    name: 'commands',
    capacity: commandPlaces,
    idleMs: pollMs,
    log,
    take: async (limit) =>
      ports.commands.take({ nowMs: await ports.holdNow(), holdMs: commandHoldMs, limit }),
    work: (command: Command) => carryOutCommand(command, ports),
  });
  const dispatching = startDispatcher({ ...ports, stopLease });
  ports.commands.onAppended(() => commanding.wake());
  ports.deliveries.onRecorded(() => planning.wake());
  ports.outbox.onStored(() => dispatching.wake());

  async function plan(delivery: RecordedDelivery, signal: AbortSignal): Promise<void> {
    const keeping = setInterval(() => {
      ports
        .holdNow()
        .then((nowMs) => ports.deliveries.keep(delivery.id, nowMs + planHoldMs))
        .catch((error: unknown) => log.warn({ err: error }, 'the hold of a delivery was not made longer'));
    }, planKeepMs);
    try {
      const planned = await planDelivery(delivery, ports, signal);
      await ('again' in planned ? postpone(delivery, planned.again) : settle(delivery, planned));
    } catch (error) {
      if (signal.aborted) return postpone(delivery, 'control was stopped');
      // A defect of ours must not lose the delivery: it is tried again for some minutes, then kept with the reason.
      log.error({ err: error, deliveryId: delivery.id }, 'planning failed');
      const problem = 'internal error, see the log of the service';
      if (delivery.tries + 1 < maxDefects) return postpone(delivery, problem);
      await settle(delivery, { runs: [], no: [`${problem}; replay the delivery when it is mended`] });
    } finally {
      clearInterval(keeping);
    }
  }

  function stopLease(leaseId: string, runner: string): Promise<void> {
    const payload = { verdict: 'cancel' } satisfies Answer;
    const frame = { type: 'answer', subject: leaseId, runner, payload } as const;
    return ports.link.send(runner, macFrame(leaseKeyOf(settings.seed, leaseId), frame));
  }

  async function postpone(delivery: RecordedDelivery, problem: string): Promise<void> {
    const untilMs =
      (await ports.holdNow()) + waitTimeMs(delivery.tries, { ...planWait, random: ports.random });
    return ports.deliveries.postpone(delivery.id, untilMs, problem);
  }

  async function settle(
    delivery: RecordedDelivery,
    planned: Exclude<Planned, { again: string }>,
  ): Promise<void> {
    const settledAtMs = ports.now();
    const reason = [...(planned.notes ?? []), ...planned.no].join('; ');
    const verdict =
      planned.runs.length > 0
        ? ({ outcome: 'runs', settledAtMs, ...(reason ? { reason } : {}) } as const)
        : ({ outcome: 'ignored', reason, settledAtMs } as const);
    const runs = await store.settleDelivery(delivery.id, verdict, planned.runs, planned.effects);
    for (const run of runs)
      log.info({ runId: run.id, repository: run.repository }, `run #${run.number} created`);
    if (planned.no.length > 0) {
      log.info({ deliveryId: delivery.id }, `no run: ${planned.no.join('; ')}`);
    }
  }

  const leaseSweep = startLoop({
    name: 'lease sweep',
    idleMs: leaseSweepMs,
    log,
    turn: createLeaseSweep(ports, settings.leaseMs),
  });

  const approvalSweep = startLoop({
    name: 'approval sweep',
    idleMs: approvalSweepMs,
    log,
    turn: createApprovalSweep(ports),
  });

  const limitSweep = startLoop({
    name: 'limit sweep',
    idleMs: limitSweepMs,
    log,
    turn: createLimitSweep(ports, settings.queueTimeoutMs),
  });

  const ticketSweep = startLoop({
    name: 'ticket sweep',
    idleMs: settings.ticketSweepMs,
    log,
    turn: async () => {
      const missing = await ports.tickets.missing(await store.queuedTickets(ticketsPerSweep));
      for (const ticket of missing) await ports.tickets.write(ticket);
      if (missing.length > 0)
        log.info({ count: missing.length }, 'tickets that the queue lacked were written');
      return 'idle';
    },
  });

  // A database that goes away at this very moment is no reason not to start: the next start forgets them as well.
  await ports.registry.forget(ports.now()).catch((error: unknown) => {
    log.warn({ err: error }, `runners that are gone are not forgotten yet: ${messageOf(error)}`);
  });
  await ports.link.onFrame((frame) => (frame.type === 'presence' ? runnerDesk : desk).handle(frame));

  return {
    async close() {
      await ports.link.close();
      await Promise.all(
        [planning, commanding, dispatching, leaseSweep, approvalSweep, limitSweep, ticketSweep].map((loop) =>
          loop.close(),
        ),
      );
    },
  };
}
