import { describe, expect, it } from 'vitest';
import { mintCodeCommitCredential } from '../../../src/git/codecommit-credential.ts';

const identity = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'eu-west-1',
  host: 'git-codecommit.eu-west-1.amazonaws.com',
  repository: 'my-app',
  now: new Date('2026-11-20T08:30:05.678Z'),
};

describe('mintCodeCommitCredential', () => {
  it('makes the password that botocore 1.43 makes for the same request', () => {
    expect(mintCodeCommitCredential(identity)).toEqual({
      username: 'AKIAIOSFODNN7EXAMPLE',
      password: '20261120T083005Z1b23383be2ba7d3863aa3356e4e009b6e85111c3df70d3ef2e7fef593af846ba',
    });
  });

  it('puts a session token behind the key id, and signs the same', () => {
    const temporary = mintCodeCommitCredential({
      ...identity,
      sessionToken: 'FwoGZXIvYXdzEXAMPLE//token+==',
    });
    expect(temporary.username).toBe('AKIAIOSFODNN7EXAMPLE%FwoGZXIvYXdzEXAMPLE//token+==');
    expect(temporary.password).toBe(mintCodeCommitCredential(identity).password);
  });

  it('gives another password for another repository, region, host or second', () => {
    const passwords = [
      identity,
      { ...identity, repository: 'other' },
      { ...identity, region: 'us-east-1' },
      { ...identity, host: 'localhost' },
      { ...identity, now: new Date('2026-11-20T08:30:06Z') },
    ].map((one) => mintCodeCommitCredential(one).password);
    expect(new Set(passwords).size).toBe(5);
  });
});
