import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { HooklineSettings } from '../support/hookline-process.ts';
import { startS3Server } from '../support/s3-server.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';

/** A bucket for artifacts and logs, and a line to it that can be bad. */
export type ChaosBucket = {
  readonly settings: HooklineSettings;
  readonly line: FaultyProxy;
  close(): Promise<void>;
};

const bucket = 'hookline-chaos';

export async function startChaosBucket(): Promise<ChaosBucket> {
  const server = await startS3Server();
  const { region, credentials } = server;
  const client = new S3Client({ endpoint: server.endpoint, region, credentials, forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const line = await startFaultyProxy(server.endpoint);
    return {
      line,
      settings: {
        S3_BUCKET: bucket,
        AWS_ENDPOINT_URL_S3: line.url,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      async close() {
        await line.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    client.destroy();
  }
}
