import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { startS3Server } from '../../s3-server.ts';

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

/** With curl, which can sign, since the image has no SDK. */
async function makeBucket(name: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = server.credentials;
  await promisify(execFile)('curl', [
    ...['--fail', '--silent', '--show-error', '--request', 'PUT'],
    ...['--aws-sigv4', `aws:amz:${server.region}:s3`, '--user', `${accessKeyId}:${secretAccessKey}`],
    ...['--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'],
    `${server.endpoint}/${name}`,
  ]);
}
