import type { Frame } from './frame.ts';

/**
 * PORT. The way between runners and control. It may lose, repeat, reorder and delay frames; `send` rejects
 * when it knows that a frame could not be handed over. Handlers are called one at a time per subject and must
 * not throw for what a peer may have sent.
 */
export type RunnerLink = {
  send(frame: Frame): Promise<void>;
  onFrame(handle: (frame: Frame) => void): void;
  close(): Promise<void>;
};

export type ControlLink = {
  /** `runner` is the address that the runner's own frames name. */
  send(runner: string, frame: Frame): Promise<void>;
  /** A frame counts as taken when the handler resolves; one whose taker died is given to another control. */
  onFrame(handle: (frame: Frame) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};
