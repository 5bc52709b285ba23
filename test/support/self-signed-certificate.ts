import { type KeyObject, sign } from 'node:crypto';

export type CertificateWish = {
  key: { publicKey: KeyObject; privateKey: KeyObject };
  commonName: string;
  validFrom: Date;
  validTo: Date;
};

/** A certificate that its own RSA key signed, as PEM: DER by hand, since node reads certificates and makes none. */
export function selfSignedCertificate({ key, commonName, validFrom, validTo }: CertificateWish): string {
  const sha256WithRsa = sequence(Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const commonNameId = Buffer.from('0603550403', 'hex');
  const name = sequence(tagged(0x31, sequence(commonNameId, tagged(0x0c, Buffer.from(commonName)))));
  const isName = tagged(0x82, Buffer.from(commonName));
  const names = sequence(Buffer.from('0603551d11', 'hex'), tagged(0x04, sequence(isName)));
  const toBeSigned = sequence(
    Buffer.from('a003020102020101', 'hex'),
    sha256WithRsa,
    name,
    sequence(time(validFrom), time(validTo)),
    name,
    key.publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(names)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('RSA-SHA256', toBeSigned, key.privateKey)]);
  const der = sequence(toBeSigned, sha256WithRsa, tagged(0x03, signature));
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** GeneralizedTime: `20260102030405Z`. */
function time(at: Date): Buffer {
  return tagged(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}
