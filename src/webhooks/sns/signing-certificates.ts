import { type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import type { FetchFromSns } from './fetch-from-sns.ts';

/** SNS has one for each region, and a new one every year or so. */
const maxKept = 16;
/** Anybody may name addresses of certificates that there are none of; each costs a request to SNS. */
const maxUnderWay = 4;

export type SigningCertificates = {
  /** The key of the certificate at a checked address. Rejects with a `WebhookRefusal`. */
  keyOf(url: URL, nowMs: number): Promise<KeyObject>;
};

/** Certificates that SNS signs with, fetched once. Whether they are of their time is looked at at each use. */
export function createSigningCertificates(fetchText: FetchFromSns): SigningCertificates {
  const kept = new Map<string, X509Certificate>();
  const underWay = new Map<string, Promise<X509Certificate>>();

  async function bring(url: URL): Promise<X509Certificate> {
    const answer = await fetchText(url).catch((error: unknown) => {
      throw unavailable(`${url.href}: ${messageOf(error)}`, error);
    });
    if (answer.status >= 500) throw unavailable(`${url.href} answers ${answer.status}`);
    if (answer.status !== 200) throw invalid(`${url.href} answers ${answer.status}`);
    const certificate = parse(answer.text, url);
    for (const oldest of kept.keys()) if (kept.size >= maxKept) kept.delete(oldest);
    kept.set(url.href, certificate);
    return certificate;
  }

  function find(url: URL): Promise<X509Certificate> {
    const known = kept.get(url.href);
    if (known) return Promise.resolve(known);
    const coming = underWay.get(url.href);
    if (coming) return coming;
    if (underWay.size >= maxUnderWay) throw unavailable('several others are being fetched');
    const bringing = bring(url).finally(() => underWay.delete(url.href));
    underWay.set(url.href, bringing);
    return bringing;
  }

  return {
    async keyOf(url, nowMs) {
      const certificate = await find(url);
      const { validFrom, validTo, publicKey } = certificate;
      if (nowMs >= Date.parse(validFrom) && nowMs <= Date.parse(validTo)) return publicKey;
      kept.delete(url.href);
      throw invalid(`it is valid from ${validFrom} to ${validTo}, which is not now`);
    },
  };
}

function parse(text: string, url: URL): X509Certificate {
  try {
    const certificate = new X509Certificate(text);
    if (certificate.publicKey.asymmetricKeyType === 'rsa') return certificate;
  } catch (error) {
    throw invalid(`what ${url.href} holds cannot be read: ${messageOf(error)}`);
  }
  throw invalid(`that of ${url.href} has no RSA key`);
}

function invalid(why: string): WebhookRefusal {
  return new WebhookRefusal('certificate-invalid', `the certificate of the signature is not taken: ${why}`);
}

/** SNS tries again after a 503, and only then. */
function unavailable(why: string, cause?: unknown): WebhookRefusal {
  return new WebhookRefusal('certificate-unavailable', `the certificate cannot be fetched now: ${why}`, {
    cause,
  });
}
