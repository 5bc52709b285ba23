// The function behind a CodeCommit trigger: signs each event and sends it on to hookline.
//
// Trigger: custom data = the address, such as https://ci.example.com/webhooks/codecommit
// Function: environment variable HOOKLINE_SECRET = hookline's CODECOMMIT_WEBHOOK_SECRET; runtime Node.js 20 or later.
//
// It has no dependencies: paste it into the console as it is.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {{ eventId?: string, eventPartNumber?: number, customData?: string }} EventRecord
 * @typedef {{ getRemainingTimeInMillis?: () => number }} Context
 * @typedef {{ secret: string | undefined, now: () => number, sleep: (ms: number) => Promise<unknown>, log: (line: string) => void }} Surroundings
 */

/** With waits of 1, 2, 4, 8 and 16 s between them: longer than hookline takes to start again. */
const tries = 6;
const firstWaitMs = 1_000;
const requestTimeoutMs = 10_000;
/** Left of the function's time, to say what was wrong: a function that is cut off says nothing. */
const reserveMs = 500;

/** @type {(event: { Records?: EventRecord[] }, context?: Context) => Promise<object[]>} */
export const handler = (event, context) =>
  forward(event, context, { secret: process.env['HOOKLINE_SECRET'], now: Date.now, sleep, log: console.log });

/**
 * Sends each record on as a delivery of its own: hookline knows it by its event id and part, however often it comes.
 * One that fails keeps no other from being sent, and makes the whole fail, so that Lambda calls again.
 *
 * @param {{ Records?: EventRecord[] }} event
 * @param {Context | undefined} context
 * @param {Surroundings} surroundings
 */
export async function forward(event, context, { secret, ...means }) {
  const key = secret?.trim();
  if (!key) throw new Error('HOOKLINE_SECRET is not set: give it the value of CODECOMMIT_WEBHOOK_SECRET');
  if (!Array.isArray(event?.Records))
    throw new Error('the event has no Records: it is not of a CodeCommit trigger');
  const remainingMs = () => (context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - reserveMs;
  const sent = event.Records.map((record) => deliver(record, { ...means, key, remainingMs }));
  const results = await Promise.allSettled(sent);
  const problems = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : []));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/**
 * @param {EventRecord} record
 * @param {{ key: string, remainingMs: () => number } & Omit<Surroundings, 'secret'>} means
 */
async function deliver(record, { key, now, sleep, log, remainingMs }) {
  const address = addressIn(record.customData);
  const name = `event ${record.eventId}, part ${record.eventPartNumber ?? 1},`;
  const body = JSON.stringify({ Records: [record] });
  let problem = 'the function has no time left: give it a timeout of one minute';
  for (let attempt = 0, waitMs = 0; attempt < tries && remainingMs() > waitMs; attempt += 1) {
    await sleep(waitMs);
    // Signed anew at each try: the time is part of the signature, and hookline takes five minutes of it.
    const answer = await post(address, body, signature(key, body, now()), remainingMs());
    if (answer.status >= 200 && answer.status < 300) {
      log(`${name} was taken by ${address}: ${answer.text}`);
      return { eventId: record.eventId, status: answer.status, answer: answer.text };
    }
    problem = answer.text;
    if (!passes(answer.status)) break;
    waitMs = Math.max(firstWaitMs * 2 ** attempt, answer.retryAfterMs);
  }
  throw new Error(`${name} was not taken by ${address}: ${problem}`);
}

/**
 * @param {string} address
 * @param {string} body
 * @param {Record<string, string>} headers
 * @param {number} remainingMs
 */
async function post(address, body, headers, remainingMs) {
  try {
    const response = await fetch(address, {
      method: 'POST',
      body,
      // What is at the other end of a redirection was not meant to get this.
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1, Math.floor(Math.min(requestTimeoutMs, remainingMs)))),
      headers: { 'content-type': 'application/json', 'user-agent': 'hookline-codecommit-lambda', ...headers },
    });
    const text = (await response.text()).slice(0, 500);
    const retryAfterMs = Number(response.headers.get('retry-after')) * 1_000 || 0;
    const { status } = response;
    return {
      status,
      text: status < 300 ? text : `${status} ${response.headers.get('location') ?? text}`,
      retryAfterMs,
    };
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    return {
      status: 0,
      text: cause instanceof Error ? `${message}: ${cause.message}` : message,
      retryAfterMs: 0,
    };
  }
}

/** Only an outage is worth another try: what hookline refuses now it will refuse again. */
const passes = (/** @type {number} */ status) =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** @param {string | undefined} customData */
function addressIn(customData) {
  const address = customData?.trim() ?? '';
  const isLocal = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(address);
  if (URL.canParse(address) && (address.startsWith('https://') || isLocal)) return address;
  throw new Error(
    `the trigger's custom data is ${JSON.stringify(customData)}: set it to the address of hookline, such as https://ci.example.com/webhooks/codecommit`,
  );
}

/**
 * @param {string} key
 * @param {string} body
 * @param {number} nowMs
 */
function signature(key, body, nowMs) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hex = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-hookline-timestamp': timestamp, 'x-hookline-signature-256': `sha256=${hex}` };
}
