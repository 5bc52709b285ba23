import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventSpool, hasRoomForSpool, openEventSpools } from '../../../runners/lease/event-spool.ts';
import type { JobEvent } from '../../../src/contract/job-event.ts';

function temporary(): string {
  const root = mkdtempSync(join(tmpdir(), 'hookline-spool-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

const lease = { leaseId: 'l1', leaseKey: 'key', leaseMs: 15_000, runId: 'r', jobId: 'j', attempt: 1 };
const step = (index: number): JobEvent => ({ type: 'step.started', at: 1, index, name: `step ${index} ☂` });
const end: JobEvent = {
  type: 'job.finished',
  at: 1,
  outcome: 'success',
  logLines: 0,
  logBytes: 0,
  logCut: false,
};

describe('the spool of a lease', () => {
  it('that cannot be written leaves nothing behind', () => {
    const root = temporary();
    mkdirSync(join(root, 'l1', 'lease.json'), { recursive: true });
    expect(() => createEventSpool(root, lease)).toThrow();
    expect(readdirSync(root)).toEqual([]);
  });

  it('has room where files can be written, and none where they cannot', () => {
    const root = temporary();
    expect(hasRoomForSpool(join(root, 'leases'))).toBe(true);
    expect(readdirSync(join(root, 'leases'))).toEqual([]);
    writeFileSync(join(root, 'file'), '');
    expect(hasRoomForSpool(join(root, 'file'))).toBe(false);
  });

  it('numbers events from 1 and is found again by the next process, key and all', () => {
    const root = temporary();
    const spool = createEventSpool(root, lease);
    expect([0, 1, 2].map((index) => spool.append(step(index)).seq)).toEqual([1, 2, 3]);
    const [found] = openEventSpools(root);
    expect(found?.lease).toEqual(lease);
    expect(found?.lastSeq).toBe(3);
    expect(found?.finished).toBe(false);
    expect(found?.after(1, 1)).toEqual([{ seq: 2, body: step(1) }]);
    found?.append(end);
    expect(openEventSpools(root)[0]?.finished).toBe(true);
  });

  it('takes nothing after the end of the job', () => {
    const spool = createEventSpool(temporary(), lease);
    spool.append(end);
    expect(() => spool.append(step(0))).toThrow('after job.finished');
  });

  it.each([
    ['half a line', (line: string) => line.slice(0, -9)],
    ['a line without its end', (line: string) => line.slice(0, -1)],
    ['a line cut in a character', (line: string) => Buffer.from(line).subarray(0, line.indexOf('☂') + 1)],
    ['rubbish', () => '\0\0\0\n'],
    ['an event out of turn', () => '{"seq":9,"body":{}}\n'],
  ])('loses only what was being written when the process died, and goes on after it: %s', (_, torn) => {
    const root = temporary();
    const spool = createEventSpool(root, lease);
    spool.append(step(0));
    const file = join(spool.directory, 'events.ndjson');
    appendFileSync(file, torn(`${JSON.stringify({ seq: 2, body: step(1) })}\n`));
    const [second] = openEventSpools(root);
    expect(second?.lastSeq).toBe(1);
    expect(second?.append(step(7)).seq).toBe(2);
    const [third] = openEventSpools(root);
    expect(third?.after(0, 10).map(({ body }) => body)).toEqual([step(0), step(7)]);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });

  it('is removed when its lease cannot be read, for nobody could be told anything', () => {
    const root = temporary();
    mkdirSync(join(root, 'torn'));
    writeFileSync(join(root, 'torn', 'lease.json'), '{"leaseId":"to');
    createEventSpool(root, lease);
    expect(openEventSpools(root).map((spool) => spool.lease.leaseId)).toEqual(['l1']);
    expect(() => statSync(join(root, 'torn'))).toThrow();
    expect(openEventSpools(join(root, 'not there'))).toEqual([]);
  });

  it('can be read by nobody else on the machine', () => {
    const spool = createEventSpool(temporary(), lease);
    spool.append(step(0));
    expect(statSync(spool.directory).mode & 0o077).toBe(0);
    expect(statSync(join(spool.directory, 'lease.json')).mode & 0o077).toBe(0);
    expect(statSync(join(spool.directory, 'events.ndjson')).mode & 0o077).toBe(0);
  });
});
