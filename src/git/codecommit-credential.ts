import { createHash, createHmac } from 'node:crypto';

export type CodeCommitIdentity = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  region: string;
  /** `git-codecommit.<region>.amazonaws.com`, or the endpoint used in its place. */
  host: string;
  repository: string;
  now: Date;
};

/**
 * A password for CodeCommit over HTTPS made from AWS keys alone, as AWS's own git-remote-codecommit makes it: a
 * SigV4 signature of a made-up `GIT` request, without the payload line and without the `Z` in what is signed.
 * AWS takes it for about a quarter of an hour, so mint one for each call of git.
 */
export function mintCodeCommitCredential(identity: CodeCommitIdentity): {
  username: string;
  password: string;
} {
  const { accessKeyId, secretAccessKey, sessionToken, region, host, repository, now } = identity;
  const timestamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '');
  const day = timestamp.slice(0, 8);
  const request = `GIT\n/v1/repos/${repository}\n\nhost:${host}\n\nhost\n`;
  const scope = `${day}/${region}/codecommit/aws4_request`;
  const requestHash = createHash('sha256').update(request).digest('hex');
  const key = [day, region, 'codecommit', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${requestHash}`).toString('hex');
  return {
    username: sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`,
    password: `${timestamp}Z${signature}`,
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
