import { describe, expect, it } from 'vitest';
import { EngineRefusal } from '../../runners/engine/engine.ts';
import { faultOf } from '../../runners/fault-of.ts';
import { GitRefusal } from '../../runners/workspace/git-refusal.ts';
import { BlobRefusal } from '../../src/blobs/blob-refusal.ts';
import { faultKindOf } from '../../src/contract/fault.ts';

const kindOf = (error: unknown) => faultKindOf(faultOf(error)?.code ?? '');

describe('what broke a job', () => {
  it('is told with the area that it happened in', () => {
    expect(faultOf(new GitRefusal('timeout', 'git took too long'))).toEqual({
      code: 'source-timeout',
      message: 'git took too long',
    });
    expect(faultOf(new BlobRefusal('access-denied', 'no'))).toMatchObject({ code: 'store-access-denied' });
    expect(faultOf(new EngineRefusal('image-pull-failed', 'no'))).toMatchObject({
      code: 'image-pull-failed',
    });
  });

  it('may pass when it is the network, and not when it is a credential or a commit', () => {
    expect(kindOf(new GitRefusal('unreachable', ''))).toBe('infrastructure');
    expect(kindOf(new GitRefusal('authentication', ''))).toBe('installation');
    expect(kindOf(new GitRefusal('commit-unreachable', ''))).toBe('repository');
  });

  it('is this machine’s trouble when its disk is full, whoever finds that out', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, mkdir'), { code: 'ENOSPC' });
    expect(faultOf(full)).toMatchObject({ code: 'disk-full' });
    expect(kindOf(full)).toBe('infrastructure');
    const locked = Object.assign(new Error('database or disk is full'), {
      code: 'ERR_SQLITE_ERROR',
      errcode: 13,
    });
    expect(faultOf(locked)).toMatchObject({ code: 'disk-full' });
  });

  it('is nothing that could be named when nobody foresaw it', () => {
    expect(faultOf(new TypeError('x is not a function'))).toBeUndefined();
    expect(faultOf('text')).toBeUndefined();
  });
});
