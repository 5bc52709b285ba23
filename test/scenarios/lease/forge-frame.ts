import { type Frame, macFrame, signFrame } from '../../../src/contract/frame.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';
import type { Random } from './random.ts';

const stranger = identityOf(newSeed());

/** What somebody without any of the keys makes of a frame they saw. */
export function forgeFrame(seen: Frame, random: Random): Frame {
  const { type, subject, runner, payload, proof } = seen;
  const finished = {
    events: [
      {
        seq: 1 + Math.floor(random.between(0, 6)),
        body: { type: 'job.finished', at: 1, outcome: 'failure', logLines: 0, logBytes: 0, logCut: false },
      },
    ],
  };
  const attempts: (() => Frame)[] = [
    () => ({ ...seen, payload: payload.replace(/\d/, '7') }),
    () => ({ ...seen, type: 'events', payload: JSON.stringify(finished) }),
    () => ({ ...seen, type: 'ack', payload: '{"seq":3,"fenced":true}' }),
    () => ({ ...seen, type: 'answer', payload: payload.replace('continue', 'fenced') }),
    () => ({ ...seen, subject: `${subject}x` }),
    () => ({ ...seen, runner: `${stranger.id}.1` }),
    () => ({ ...seen, proof: `${proof.slice(1)}A` }),
    () => ({ ...seen, proof: '' }),
    () => ({ ...seen, payload: '{"seq":' }),
    () => macFrame(stranger.publicKey, { type: 'events', subject, runner, payload: finished }),
    () => macFrame('', { type: 'heartbeat', subject, runner, payload: { beat: 9_999_999_999_999 } }),
    () => signFrame(stranger, { type: 'claim', subject, runner, payload: safeParse(payload) }),
    () => signFrame(stranger, { type: 'grant', subject, runner, payload: safeParse(payload) }),
    () =>
      signFrame(stranger, { type: 'refusal', subject, runner, payload: { verdict: 'gone', message: type } }),
  ];
  return random.pick(attempts)?.() ?? seen;
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
