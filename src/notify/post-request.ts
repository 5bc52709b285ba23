import { lookup as lookUp } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { NotifyRefusal } from '../runs/notification.ts';
import type { AddressRule } from './address-rule.ts';

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What of an answer is read, to be told when it is a no. */
const mostAnswerBytes = 300;

/**
 * Posts to an address that a pipeline file named. The address that is connected to is the very one that was looked at:
 * a name that answers otherwise the second time gains nothing. Redirects are followed by nobody. No message holds the
 * address as it was named, for keys stand in addresses. Resolves when the answer is 2xx; rejects with `NotifyRefusal`
 * for what will not change.
 */
export async function postRequest(
  { url, headers, body }: Post,
  { rule, signal }: { rule: AddressRule; signal: AbortSignal },
): Promise<void> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const isNamed = rule.isNamed(host);
  if (!isNamed && isIP(host) !== 0 && !rule.isOpen(host)) throw notAllowed(host);
  const start = target.protocol === 'https:' ? requestHttps : requestHttp;
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = start(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'hookline' },
      signal,
      // A connection that was kept would not be looked at again.
      agent: false,
      ...(isNamed ? {} : { lookup: guardedLookup(host, rule) }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let seen = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        seen += chunk;
        if (seen.length > mostAnswerBytes) response.destroy();
      });
      response.on('error', reject);
      response.on('close', () => {
        resolve({ status: response.statusCode ?? 0, text: seen.slice(0, mostAnswerBytes) });
      });
    });
    request.end(body);
  });
  if (status >= 200 && status < 300) return;
  const said = `${host} answered ${status}${text === '' ? '' : `: ${text.replaceAll(/\s+/g, ' ').trim()}`}`;
  const mayPass = status >= 500 || status === 408 || status === 425 || status === 429;
  throw mayPass ? new Error(said) : new NotifyRefusal('refused', said);
}

function guardedLookup(host: string, rule: AddressRule): LookupFunction {
  return (name, options, callback) => {
    lookUp(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 4);
      const open = found.filter(({ address }) => rule.isOpen(address));
      const [first] = open;
      // One that is closed among others is one too many: who connects may take any of them.
      if (first === undefined || open.length < found.length) return callback(notAllowed(host), '', 4);
      if (options.all) return callback(null, open);
      callback(null, first.address, first.family);
    });
  };
}

function notAllowed(host: string): NotifyRefusal {
  return new NotifyRefusal(
    'not-allowed',
    `${host} is no public address, and HOOKLINE_NOTIFY_ALLOW does not name it`,
  );
}
