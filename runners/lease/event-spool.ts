import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SequencedEvent } from '../../src/contract/frame.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';

/**
 * The events of one lease on the runner's disk, from the moment they happened until control has them. Whoever
 * starts the runner again finds here what its predecessor had still to say, and the key to say it with.
 */
export type EventSpool = {
  readonly lease: SpooledLease;
  /** Where other things of the same attempt may be kept; gone with `remove`. */
  readonly directory: string;
  append(body: JobEvent): SequencedEvent;
  /** Events after `seq`, oldest first, at most `limit`. */
  after(seq: number, limit: number): SequencedEvent[];
  readonly lastSeq: number;
  readonly finished: boolean;
  /** The log segments that were reported under this lease. */
  segments(): Extract<JobEvent, { type: 'log.segment' }>[];
  remove(): void;
};

export type SpooledLease = {
  leaseId: string;
  leaseKey: string;
  leaseMs: number;
  runId: string;
  jobId: string;
  attempt: number;
};

const leaseFile = 'lease.json';
const eventsFile = 'events.ndjson';

// Events are few and small, a few dozen per job, so writing them synchronously costs less than ordering writes.
export function createEventSpool(root: string, lease: SpooledLease): EventSpool {
  const directory = join(root, lease.leaseId);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, leaseFile), JSON.stringify(lease), { mode: 0o600 });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return spoolOver(directory, lease, []);
}

/** What the events of a job and the beginning of its log need; whoever has less loses the job that it takes. */
const roomBytes = 256 * 1024;

/** Whether the disk takes what a lease would write. */
export function hasRoomForSpool(root: string): boolean {
  const probe = join(root, '.room');
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(probe, Buffer.alloc(roomBytes), { mode: 0o600 });
    } finally {
      rmSync(probe, { force: true });
    }
    return true;
  } catch {
    return false;
  }
}

/** What an earlier process left behind; a spool whose lease cannot be read is removed. */
export function openEventSpools(root: string): EventSpool[] {
  if (!existsSync(root)) return [];
  const spools: EventSpool[] = [];
  for (const name of readdirSync(root)) {
    const directory = join(root, name);
    try {
      const lease = JSON.parse(readFileSync(join(directory, leaseFile), 'utf8')) as SpooledLease;
      spools.push(spoolOver(directory, lease, mendEvents(join(directory, eventsFile))));
    } catch {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  return spools;
}

function spoolOver(directory: string, lease: SpooledLease, kept: SequencedEvent[]): EventSpool {
  const events = kept;
  const file = join(directory, eventsFile);
  const isFinished = () => events.at(-1)?.body.type === 'job.finished';
  return {
    lease,
    directory,
    append(body) {
      if (isFinished()) throw new Error(`lease ${lease.leaseId}: an event after job.finished`);
      const event = { seq: events.length + 1, body };
      appendFileSync(file, `${JSON.stringify(event)}\n`, { mode: 0o600 });
      events.push(event);
      return event;
    },
    after: (seq, limit) => events.slice(seq, seq + limit),
    get lastSeq() {
      return events.length;
    },
    get finished() {
      return isFinished();
    },
    segments: () => events.flatMap(({ body }) => (body.type === 'log.segment' ? [body] : [])),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * A process killed in the middle of a write leaves half a line at the end. It is cut off, or the next event would be
 * written onto it and be lost with it.
 */
function mendEvents(file: string): SequencedEvent[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const events = wholeEvents(text);
  const mended = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  if (mended !== text) {
    writeFileSync(`${file}.new`, mended, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return events;
}

function wholeEvents(text: string): SequencedEvent[] {
  const events: SequencedEvent[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      const event = JSON.parse(line) as SequencedEvent;
      if (event.seq !== events.length + 1) break;
      events.push(event);
    } catch {
      break;
    }
  }
  return events;
}
