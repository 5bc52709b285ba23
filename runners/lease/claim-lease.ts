import type { Clock } from '../../src/clock.ts';
import {
  type Frame,
  type Grant,
  grantSchema,
  isSignedBy,
  payloadOf,
  refusalSchema,
  type SealedGrant,
  signFrame,
} from '../../src/contract/frame.ts';
import { type JobSpec, jobSpecSchema } from '../../src/contract/job-spec.ts';
import type { Identity } from '../../src/contract/keys.ts';
import type { RunnerLink } from '../../src/contract/link.ts';
import type { Ticket } from '../../src/contract/ticket.ts';

export type GrantedClaim = {
  leaseId: string;
  leaseKey: string;
  leaseMs: number;
  spec: JobSpec;
};
/** `held`: this runner is to take nothing, and the attempt waits for another one. */
export type ClaimAnswer = { granted: GrantedClaim } | { refused: string } | { held: string };

export type OpenClaim = {
  readonly claimId: string;
  readonly answer: Promise<ClaimAnswer>;
  take(frame: Frame): void;
  /** Waits for no answer any more. A grant that is under way then runs out by itself. */
  giveUp(why: string): void;
};

const resendMs = 1_000;

/**
 * Asks control for an attempt, again each second until it answers or `giveUpMs` have passed; then the ticket is
 * dropped, and control writes it again. All tries carry one claim id, so that two grants are the same lease.
 */
export function claimLease(options: {
  ticket: Ticket;
  claimId: string;
  identity: Identity;
  controlPublicKey: string;
  address: string;
  name: string;
  version: string;
  place: string;
  labels: readonly string[];
  link: Pick<RunnerLink, 'send'>;
  clock: Clock;
  giveUpMs: number;
}): OpenClaim {
  const { clock, identity, claimId, address } = options;
  const { jobId, attempt } = options.ticket;
  const { publicKey } = identity;
  const { name, version, place, labels } = options;
  const frame = signFrame(identity, {
    type: 'claim',
    subject: claimId,
    runner: address,
    payload: { publicKey, name, version, place, labels, jobId, attempt },
  });
  const startedAtMs = clock.elapsed();
  let cancelResend = () => {};
  let answered = false;
  const { promise: answer, resolve } = Promise.withResolvers<ClaimAnswer>();

  function settle(settled: ClaimAnswer): void {
    answered = true;
    cancelResend();
    resolve(settled);
  }

  function send(): void {
    if (clock.elapsed() - startedAtMs >= options.giveUpMs) {
      settle({ refused: 'control did not answer' });
      return;
    }
    cancelResend = clock.after(resendMs, send);
    options.link.send(frame).catch(() => {});
  }
  send();

  return {
    claimId,
    answer,
    take(reply) {
      if (answered || reply.subject !== claimId || !isSignedBy(options.controlPublicKey, reply)) return;
      if (reply.type === 'refusal') {
        const refusal = payloadOf(refusalSchema, reply);
        if (refusal?.verdict === 'gone') settle({ refused: refusal.message });
        if (refusal?.verdict === 'held') settle({ held: refusal.message });
      } else if (reply.type === 'grant') {
        const grant = payloadOf(grantSchema, reply);
        if (grant) settle(openGrant(grant));
      }
    },
    giveUp: (why) => settle({ refused: why }),
  };

  function openGrant({ leaseId, leaseMs, sealed }: Grant): ClaimAnswer {
    let opened: SealedGrant;
    try {
      opened = JSON.parse(identity.open(sealed, leaseId)) as SealedGrant;
    } catch {
      return { refused: 'control sent a job that was not sealed to this runner' };
    }
    const spec = jobSpecSchema.safeParse(opened.spec);
    if (!spec.success) {
      return { refused: `control sent a job that this version does not understand: ${spec.error.message}` };
    }
    return { granted: { leaseId, leaseKey: opened.leaseKey, leaseMs, spec: spec.data } };
  }
}
