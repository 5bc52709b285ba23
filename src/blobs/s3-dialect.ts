/**
 * How a store wants to be spoken to. AWS checks SHA-256 checksums and keeps them with the object. Other stores often
 * know neither those nor the chunked bodies the SDK sends for them, but nearly all refuse a wrong Content-MD5.
 */
export type S3Checksums = 'sha256' | 'content-md5';

export interface S3Dialect {
  readonly checksums: S3Checksums;
  /** The bucket in the path and not in the host's name, for which a store of one's own has no DNS. */
  readonly forcePathStyle: boolean;
  /** Whether the SDK adds checksums where it can, or only where S3 demands one. */
  readonly sdkChecksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
}

/** AWS when no endpoint is set, else the least that S3-compatible stores have in common. */
export function s3DialectOf(endpoint: string | undefined, checksums?: S3Checksums): S3Dialect {
  const spoken = checksums ?? (endpoint === undefined ? 'sha256' : 'content-md5');
  return {
    checksums: spoken,
    forcePathStyle: endpoint !== undefined,
    sdkChecksums: spoken === 'sha256' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
  };
}
