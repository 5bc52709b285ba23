import type { Frame } from '../frame.ts';
import type { ControlLink, RunnerLink } from '../link.ts';

/** Control and runners in one process: for tests and for trying hookline out. */
export type MemoryLink = {
  runner(address: string): RunnerLink;
  control(): ControlLink;
  /** Frames that wait for a control, or for one to try again. */
  readonly waiting: number;
};

type Handle = (frame: Frame) => Promise<void>;
type Mailbox = { frames: Frame[]; handle?: (frame: Frame) => void };

/** As the way over Redis has it: a runner that is not there leaves its mailbox behind, up to this many frames. */
const mailboxFrames = 1_000;

/** `retryMs`: a frame that a control could not handle is tried again after this time, by whichever is there. */
export function createMemoryLink({ retryMs = 1_000 }: { retryMs?: number } = {}): MemoryLink {
  const toControl: Frame[] = [];
  const controls: Handle[] = [];
  const mailboxes = new Map<string, Mailbox>();
  /** Subjects whose frame is being handled: two of one subject never are at once, whoever handles them. */
  const busy = new Map<string, Promise<void>>();
  const retries = new Set<NodeJS.Timeout>();
  let turn = 0;

  function mailboxOf(address: string): Mailbox {
    const mailbox = mailboxes.get(address) ?? { frames: [] };
    mailboxes.set(address, mailbox);
    return mailbox;
  }

  function handOut(): void {
    for (let index = 0; index < toControl.length && controls.length > 0; ) {
      const frame = toControl[index];
      const handle = controls[turn % controls.length];
      if (!frame || !handle || busy.has(frame.subject)) {
        index += 1;
        continue;
      }
      toControl.splice(index, 1);
      turn += 1;
      busy.set(frame.subject, carry(frame, handle));
    }
  }

  async function carry(frame: Frame, handle: Handle): Promise<void> {
    try {
      await Promise.resolve();
      await handle(frame);
    } catch {
      const timer = setTimeout(() => {
        retries.delete(timer);
        toControl.push(frame);
        handOut();
      }, retryMs);
      retries.add(timer);
    }
    busy.delete(frame.subject);
    handOut();
  }

  function deliver(mailbox: Mailbox): void {
    queueMicrotask(() => {
      while (mailbox.handle) {
        const frame = mailbox.frames.shift();
        if (!frame) return;
        try {
          mailbox.handle(frame);
        } catch {
          // One frame must not keep the others from coming.
        }
      }
    });
  }

  return {
    get waiting() {
      return toControl.length + retries.size;
    },
    runner(address) {
      const mailbox = mailboxOf(address);
      return {
        async send(frame) {
          toControl.push(frame);
          handOut();
        },
        onFrame(handle) {
          mailbox.handle = handle;
          deliver(mailbox);
        },
        async close() {
          delete mailbox.handle;
        },
      };
    },
    control() {
      let own: Handle | undefined;
      return {
        async send(runner, frame) {
          const mailbox = mailboxOf(runner);
          mailbox.frames.push(frame);
          if (mailbox.frames.length > mailboxFrames) mailbox.frames.shift();
          deliver(mailbox);
        },
        async onFrame(handle) {
          own = handle;
          controls.push(handle);
          handOut();
        },
        async close() {
          const index = own ? controls.indexOf(own) : -1;
          if (index >= 0) controls.splice(index, 1);
          if (controls.length === 0) for (const timer of retries) timer.unref();
          await Promise.all(busy.values());
        },
      };
    },
  };
}
