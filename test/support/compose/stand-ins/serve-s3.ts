import { connect, createServer } from 'node:net';
import { startS3Server } from './s3-server.ts';

/** Where docker-compose.yml looks for the S3 store. */
const port = 7070;

/**
 * The S3 server of the tests as a container: it listens for the other containers, keeps everything below TMPDIR, and
 * has the bucket before it answers. A tunnel, not a proxy: signatures cover the name that the client called.
 */
const server = await startS3Server();
await makeBucket('hookline');

const tunnel = createServer((client) => {
  const upstream = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.pipe(upstream).pipe(client);
});
tunnel.listen(port, '0.0.0.0');
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));

/** By Swift's own API, which asks for no signature. */
async function makeBucket(name: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const signIn = await fetch(`${server.endpoint}/auth/v1.0`, {
    headers: { 'x-auth-user': accessKeyId, 'x-auth-key': secretAccessKey },
  });
  const account = signIn.headers.get('x-storage-url');
  const token = signIn.headers.get('x-auth-token');
  if (account === null || token === null) throw new Error(`Swift answered ${signIn.status} to a sign-in`);
  const made = await fetch(`${account}/${name}`, { method: 'PUT', headers: { 'x-auth-token': token } });
  if (!made.ok) throw new Error(`Swift answered ${made.status} to a new container`);
}
