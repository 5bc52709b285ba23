import { describe, expect, it } from 'vitest';
import {
  limitOf,
  markInEnvironment,
  markInLimits,
  markOf,
  ownerMark,
} from '../../../../runners/engine/process/process-mark.ts';
import { hostPath, stepEnvironment } from '../../../../runners/engine/process/step-command.ts';

const mark = markOf('owner', 'room');
const limits = (value: string) =>
  `Limit  Soft Limit  Hard Limit  Units\nMax file locks            7  ${value}  locks     \nMax pending signals 1 1 signals\n`;

describe('the mark of a room', () => {
  it('is the same each time, begins with its owner’s, and is another’s for no one', () => {
    expect(markOf('owner', 'room')).toBe(mark);
    expect(mark.startsWith(ownerMark('owner'))).toBe(true);
    const marks = ['a', 'b'].flatMap((owner) => ['1', '2', '3'].map((room) => markOf(owner, room)));
    expect(new Set(marks).size).toBe(6);
    expect(new Set(marks.map((each) => each.slice(0, 8))).size).toBe(2);
  });

  it('is read back from the hard limit on file locks, whatever the soft one', () => {
    expect(markInLimits(limits(limitOf(mark)))).toBe(mark);
    for (const other of ['unlimited', '0', '1024', '9223372036854775807', '']) {
      expect(markInLimits(limits(other))).toBeUndefined();
    }
    expect(markInLimits('')).toBeUndefined();
  });

  it('is read back from the environment, where nothing else is taken for one', () => {
    expect(markInEnvironment(`A=1\0HOOKLINE_PROCESS_MARK=${mark}\0B=2\0`)).toBe(mark);
    for (const other of ['', 'A=1\0', 'HOOKLINE_PROCESS_MARK=\0', `X_HOOKLINE_PROCESS_MARK=${mark}\0`]) {
      expect(markInEnvironment(other)).toBeUndefined();
    }
  });
});

describe('what a step is given', () => {
  it('cannot be taken from it by variables of its own, but for the path and the home', () => {
    const surroundings = { mark, workspaceDir: '/w', homeDir: '/h', temporaryDir: '/t', path: '/bin' };
    expect(stepEnvironment({ HOME: '/own', HOOKLINE_PROCESS_MARK: 'x' }, surroundings)).toEqual({
      ...{ PATH: '/bin', HOME: '/own', TMPDIR: '/t' },
      HOOKLINE_PROCESS_MARK: mark,
    });
  });

  it('is a path without the programs that hookline itself depends on', () => {
    const own =
      '/app/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/opt/bin::.:bin:/bin';
    expect(hostPath(own)).toBe('/opt/bin:/bin');
    expect(hostPath(undefined)).toBe('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  });
});
