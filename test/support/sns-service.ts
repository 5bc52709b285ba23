import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const region = 'eu-central-1';
const host = `sns.${region}.amazonaws.com`;

/** SNS with one topic, for a program that is sent to it by a proxy: to that program it stands at its real address. */
export type SnsService = {
  readonly topic: string;
  /** What the program's environment needs so that it comes here, and nowhere else, for SNS. */
  readonly settings: Readonly<Record<string, string>>;
  /** Every request over TLS, by path and query. */
  requests(): string[];
  /** Asks the endpoint to confirm, as SNS does right after a subscription; answers the status it got. */
  subscribe(endpoint: string): Promise<number>;
  publish(
    message: string,
    options?: { SignatureVersion?: '1' | '2' },
  ): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
};

export async function startSnsService(directory: string): Promise<SnsService> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [validFrom, validTo] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000));
  if (!validFrom || !validTo) throw new Error('unreachable: two are made of two');
  const certificate = selfSignedCertificate({ key, commonName: host, validFrom, validTo });
  const authorities = join(directory, 'sns.pem');
  await writeFile(authorities, certificate);
  const topic = `arn:aws:sns:${region}:111122223333:pushes`;
  const certificatePath = `/SimpleNotificationService-${randomBytes(16).toString('hex')}.pem`;
  const token = randomBytes(32).toString('hex');
  const requests: string[] = [];
  let endpoint = '';
  let isConfirmed = false;

  const privateKey = key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const service = createTlsServer({ key: privateKey, cert: certificate }, ({ url = '' }, response) => {
    requests.push(url);
    if (url === certificatePath) return void response.end(certificate);
    isConfirmed ||= new URL(url, `https://${host}`).searchParams.get('Token') === token;
    response.end('<ConfirmSubscriptionResponse/>');
  });
  const servicePort = await listen(service);
  const proxy = createServer((_request, response) => response.writeHead(403).end());
  proxy.on('connect', ({ url }, socket, head) => {
    if (url !== `${host}:443`) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const onward = connect(servicePort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => [onward, socket].map((each) => each.destroy()));
  });
  const proxyPort = await listen(proxy);

  async function post(fields: Record<string, string>): Promise<{ status: number; body: string }> {
    const message: Record<string, string> = {
      MessageId: randomUUID(),
      TopicArn: topic,
      Timestamp: new Date().toISOString(),
      SignatureVersion: '1',
      ...fields,
    };
    const notSigned = ['SignatureVersion'];
    const names = Object.keys(message)
      .filter((name) => !notSigned.includes(name))
      .sort();
    const text = names.map((name) => `${name}\n${message[name]}\n`).join('');
    const digest = message['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
    const Signature = sign(digest, Buffer.from(text), key.privateKey).toString('base64');
    const SigningCertURL = `https://${host}${certificatePath}`;
    const response = await fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ ...message, Signature, SigningCertURL }),
      headers: {
        'content-type': 'text/plain; charset=UTF-8',
        'x-amz-sns-message-type': message['Type'] ?? '',
        'x-amz-sns-topic-arn': topic,
      },
    });
    return { status: response.status, body: await response.text() };
  }

  return {
    topic,
    settings: {
      NODE_EXTRA_CA_CERTS: authorities,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: '127.0.0.1,localhost',
    },
    requests: () => [...requests],
    async subscribe(address) {
      endpoint = address;
      const SubscribeURL = `https://${host}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=${token}`;
      const Message = `You have chosen to subscribe to the topic ${topic}.`;
      return (await post({ Type: 'SubscriptionConfirmation', Message, Token: token, SubscribeURL })).status;
    },
    async publish(message, { SignatureVersion = '1' } = {}) {
      if (!isConfirmed) throw new Error('the subscription was not confirmed');
      return post({
        Type: 'Notification',
        Message: message,
        SignatureVersion,
        Subject: 'AWS CodeCommit push',
      });
    },
    async close() {
      for (const server of [proxy, service]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function listen(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
