import type { AwsKeys } from '../codecommit/codecommit-forge.ts';

/** The AWS keys of this process as the SDK finds them; loaded at the first use, and renewed by the SDK. */
export function awsKeys(): () => Promise<AwsKeys> {
  let provider: Promise<() => Promise<AwsKeys>> | undefined;
  return async () => {
    provider ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return (await provider)();
  };
}
