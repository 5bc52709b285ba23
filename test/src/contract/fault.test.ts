import { describe, expect, it } from 'vitest';
import { deploymentReasonCodes } from '../../../runners/deploy/deployment-target.ts';
import { ENGINE_REFUSALS } from '../../../runners/engine/engine.ts';
import { gitRefusalCodes } from '../../../runners/workspace/git-refusal.ts';
import { type FaultKind, faultKindOf, faultKinds, faults } from '../../../src/contract/fault.ts';
import { sourceRefusalCodes } from '../../../src/runs/forge.ts';

const codesOf = (kind: FaultKind) => Object.keys(faults).filter((code) => faultKindOf(code) === kind);

/** Written out, so that whoever moves a code from one kind to another has to say so twice. */
const triedAgain = [
  'runner-lost',
  'runner-fenced',
  'engine-unreachable',
  'engine-failed',
  'image-pull-failed',
  'disk-full',
  'source-unreachable',
  'source-timeout',
  'source-damaged',
  'source-no-space',
  'source-failed',
  'source-lfs-mismatch',
  'store-unreachable',
  'store-no-space',
  'store-corrupt',
  'store-size-mismatch',
  'store-closed',
  'provider_unreachable',
];
const forTheInstallation = [
  'image-not-allowed',
  'needs-isolation',
  'internal',
  'workspace-bad-lease-id',
  'workspace-already-there',
  'source-authentication',
  'source-refused',
  'source-bad-source',
  'source-git-missing',
  'source-destination-in-use',
  'store-not-writable',
  'store-no-bucket',
  'store-no-credentials',
  'store-access-denied',
  'store-wrong-region',
  'queue-timeout',
  'secret-missing',
  'secret-unfit',
  'not-allowed',
  'forge-missing',
  'not-understood',
  'bundle-altered',
  'target-unknown',
  'not_allowed',
  'host_unsuitable',
  'key_reused',
  'bundle_mismatch',
  'interrupted',
  'provider_failed',
];

describe('the reasons that attempts end with', () => {
  it('are tried again for these, given back for those, and nothing else', () => {
    expect(codesOf('infrastructure')).toEqual(triedAgain);
    expect(codesOf('hand-back')).toEqual(['runner-restarted', 'runner-handed-back']);
    expect(codesOf('installation')).toEqual(forTheInstallation);
  });

  it.each([
    'step-failure',
    'step-timeout',
    'no-output',
    'job-timeout',
    'run-timeout',
    'out-of-memory',
    'image-unavailable',
    'source-commit-unreachable',
    'source-not-found',
    'pattern-unmatched',
    'hook_failed',
  ])('are the repository’s own for %s', (code) => expect(faultKindOf(code)).toBe('repository'));

  it('are each of one of the kinds', () => {
    for (const code of Object.keys(faults)) expect(faultKinds).toContain(faultKindOf(code));
  });

  it('have a kind for every refusal of the parts of a runner', () => {
    const codes = [
      ...ENGINE_REFUSALS,
      ...gitRefusalCodes.map((code) => `source-${code}`),
      ...sourceRefusalCodes.map((code) => `source-${code}`),
      ...deploymentReasonCodes,
    ];
    expect(codes.filter((code) => faultKindOf(code) === undefined)).toEqual([]);
  });

  it('have none for what this version does not know, whatever it is called', () => {
    expect(faultKindOf('from-the-future')).toBeUndefined();
    expect(faultKindOf('constructor')).toBeUndefined();
  });
});
