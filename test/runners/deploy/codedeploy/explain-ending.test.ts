import type { ErrorCode, LifecycleErrorCode } from '@aws-sdk/client-codedeploy';
import { describe, expect, it } from 'vitest';
import { type Ending, explainEnding } from '../../../../runners/deploy/codedeploy/explain-ending.ts';
import type { Machine } from '../../../../runners/deploy/codedeploy/fleet.ts';

function failedOn(name: string, errorCode?: LifecycleErrorCode): Machine[] {
  return [{ id: 'i-1', status: 'Failed', events: [{ name, status: 'Failed', diagnostics: { errorCode } }] }];
}

function failed(code: ErrorCode, machines: readonly Machine[] = []): Ending {
  return {
    deploymentId: 'd-1',
    info: { status: 'Failed', errorInformation: { code } },
    machines,
    cancelled: false,
  };
}

describe('how a deployment ended', () => {
  it.each<[string, Ending, string, string]>([
    [
      'a script failed',
      failed('HEALTH_CONSTRAINTS', failedOn('ApplicationStart', 'ScriptFailed')),
      'failure',
      'hook_failed',
    ],
    [
      'a script took too long',
      failed('HEALTH_CONSTRAINTS', failedOn('ValidateService', 'ScriptTimedOut')),
      'failure',
      'hook_timed_out',
    ],
    [
      'a file was in the way',
      failed('HEALTH_CONSTRAINTS', failedOn('Install', 'UnknownError')),
      'error',
      'install_failed',
    ],
    [
      'the bundle was not fetched',
      failed('HEALTH_CONSTRAINTS', failedOn('DownloadBundle', 'UnknownError')),
      'error',
      'provider_failed',
    ],
    ['no instance has the tags', failed('NO_INSTANCES'), 'error', 'provider_failed'],
    ['an alarm went off', failed('ALARM_ACTIVE'), 'failure', 'provider_failed'],
    ['the bundle is gone', failed('REVISION_MISSING'), 'error', 'bundle_invalid'],
    [
      'somebody stopped it',
      { ...failed('MANUAL_STOP'), info: { status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } } },
      'cancelled',
      'cancelled',
    ],
    [
      'it succeeded before it could be stopped',
      { ...failed('TIMEOUT'), info: { status: 'Succeeded' }, cancelled: true },
      'cancelled',
      'cancelled',
    ],
  ])('when %s', (_what, ending, outcome, code) => {
    expect(explainEnding(ending)).toMatchObject({ outcome, reason: { code } });
  });

  it('says what became of the rollback', () => {
    const say = (status?: string) =>
      explainEnding({ ...failed('TIMEOUT'), rollback: { deploymentId: 'd-2', ...(status && { status }) } })
        .reason?.message;
    expect(say('Succeeded')).toMatch(/rolled back to the revision before with d-2, which succeeded\.$/);
    expect(say('Failed')).toMatch(
      /tried to roll back with d-2, which ended as Failed: look at the instances\.$/,
    );
    expect(say()).toMatch(/rolls back with d-2, which had not ended yet\.$/);
  });
});
