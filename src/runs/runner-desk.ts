import { type Frame, isSignedBy, payloadOf, signFrame } from '../contract/frame.ts';
import { fingerprint, type Identity } from '../contract/keys.ts';
import type { ControlLink } from '../contract/link.ts';
import { presenceSchema, runnerIdOf } from '../contract/presence.ts';
import type { Log } from '../log.ts';
import type { RunnerRegistry } from './runner-registry.ts';

/**
 * Control's half of presence: notes what a runner with an enrolled key says of itself and answers with the order that
 * it is under. What carries no valid proof is dropped.
 */
export function createRunnerDesk(
  ports: {
    registry: Pick<RunnerRegistry, 'note'>;
    link: Pick<ControlLink, 'send'>;
    now: () => number;
    log: Log;
  },
  settings: {
    identity: Identity;
    enrolled: { runners: ReadonlySet<string>; deployers: ReadonlySet<string> };
  },
) {
  const { registry, link, now, log } = ports;

  return {
    async handle(frame: Frame): Promise<void> {
      const presence = payloadOf(presenceSchema, frame);
      const { runners, deployers } = settings.enrolled;
      const isEnrolled =
        presence !== undefined &&
        (presence.kind === 'deployments' ? deployers : runners).has(presence.publicKey);
      if (!isEnrolled || !isSignedBy(presence.publicKey, frame)) {
        log.warn(
          { runner: frame.runner, name: presence?.name },
          'a presence of a runner that is not enrolled; dropped',
        );
        return;
      }
      const { publicKey, place, ...said } = presence;
      const address = frame.runner;
      if (!address.startsWith(`${fingerprint(publicKey)}.`)) return;
      const heard = { ...said, id: runnerIdOf(publicKey, place), address, seenAtMs: now() };
      const payload = { beat: said.beat, order: await registry.note(heard) };
      await link.send(
        address,
        signFrame(settings.identity, { type: 'order', subject: frame.subject, runner: address, payload }),
      );
    },
  };
}
