// The function behind a CodeCommit trigger: signs the event and sends it on to hookline.
//
// Trigger: custom data = the address, such as https://ci.example.com/webhooks/codecommit
// Function: environment variable HOOKLINE_SECRET = hookline's CODECOMMIT_WEBHOOK_SECRET; runtime Node.js 20 or later.
//
// It has no dependencies: paste it into the console as it is.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const tries = 4;
const firstWaitMs = 500;
const requestTimeoutMs = 10_000;
const hardLeftMs = 2_000;

export async function handler(event, context) {
  const secret = process.env.HOOKLINE_SECRET;
  if (!secret) throw new Error('HOOKLINE_SECRET is not set: give it the value of CODECOMMIT_WEBHOOK_SECRET');
  const results = [];
  // One delivery per record: hookline knows each by its event id and part, however often it is sent.
  for (const record of event.Records ?? []) results.push(await deliver(record, secret, context));
  return results;
}

async function deliver(record, secret, context) {
  const address = addressIn(record.customData);
  const body = JSON.stringify({ Records: [record] });
  let problem;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) await sleep(firstWaitMs * 2 ** (attempt - 1));
    if ((context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) < hardLeftMs) break;
    try {
      // Signed anew at each try: the time is part of the signature, and hookline takes five minutes of it.
      const response = await fetch(address, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(requestTimeoutMs),
        headers: { 'content-type': 'application/json', ...signature(secret, body) },
      });
      const answer = await response.text();
      if (response.ok) return { eventId: record.eventId, status: response.status, answer };
      problem = `${response.status} ${answer.slice(0, 300)}`;
      // What hookline refuses now it will refuse again; only an outage is worth another try.
      if (response.status < 500 && response.status !== 408 && response.status !== 429) break;
    } catch (error) {
      problem = error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
    }
  }
  // Lambda calls the function again, twice, when an event of a trigger ends in an error.
  throw new Error(`event ${record.eventId} was not taken by ${address}: ${problem}`);
}

function addressIn(customData) {
  const address = customData?.trim();
  const isLocal = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(address ?? '');
  if (address && URL.canParse(address) && (address.startsWith('https://') || isLocal)) return address;
  throw new Error(
    `the trigger's custom data is ${JSON.stringify(customData)}, not the https address of hookline`,
  );
}

function signature(secret, body) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hex = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-hookline-timestamp': timestamp, 'x-hookline-signature-256': `sha256=${hex}` };
}
