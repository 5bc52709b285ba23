import { z } from 'zod';
import { Refusal } from '../errors.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

export class EnvelopeRefusal extends Refusal<'malformed' | 'other-key' | 'forged'> {}

/** DSSE (https://github.com/secure-systems-lab/dsse): bytes of a type, signed together with that type. */
const envelopeSchema = z.strictObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })).length(1),
});

export type Envelope = z.infer<typeof envelopeSchema>;

/** The same bytes each time: Ed25519 takes no chance. */
export function sealEnvelope(payloadType: string, payload: string, key: SigningKey): Envelope {
  const bytes = Buffer.from(payload);
  const signature = key.sign(signedBytes(payloadType, bytes)).toString('base64');
  return {
    payloadType,
    payload: bytes.toString('base64'),
    signatures: [{ keyid: key.publicKey.id, sig: signature }],
  };
}

/** The payload, once it is proved that the holder of the key signed it as what it says it is. */
export function openEnvelope(text: string, payloadType: string, key: PublicKey): string {
  const { payloadType: given, payload, signatures } = parseEnvelope(text);
  if (given !== payloadType) {
    throw new EnvelopeRefusal('malformed', `the envelope holds "${given}"; wanted: ${payloadType}`);
  }
  const bytes = strictBase64(payload, 'payload');
  for (const { keyid, sig } of signatures) {
    if (keyid !== key.id) {
      throw new EnvelopeRefusal(
        'other-key',
        `the envelope is signed with the key ${keyid}, and not ${key.id}`,
      );
    }
    if (!key.verify(signedBytes(given, bytes), strictBase64(sig, 'signature'))) {
      throw new EnvelopeRefusal(
        'forged',
        'the signature is not that of this content: one of them was changed',
      );
    }
  }
  return bytes.toString('utf8');
}

function parseEnvelope(text: string): Envelope {
  try {
    return envelopeSchema.parse(JSON.parse(text));
  } catch (error) {
    const wanted = 'JSON with payloadType, payload and one signature';
    throw new EnvelopeRefusal('malformed', `that is no DSSE envelope; wanted: ${wanted}`, { cause: error });
  }
}

/** Node reads what is not base64 as well as it can; then an envelope could be changed and still be good. */
function strictBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  throw new EnvelopeRefusal('malformed', `the ${what} of the envelope is not base64`);
}

/** Pre-authentication encoding: no type and payload make the same bytes as another type and payload. */
function signedBytes(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}
