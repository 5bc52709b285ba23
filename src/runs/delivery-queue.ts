/**
 * PORT. Control's end of the inbox: deliveries that were verified and recorded but not planned yet.
 *
 * `take` hands out each delivery to one caller only, for `holdMs`; a caller that dies loses its hold and the
 * delivery is handed out again. Of one repository at most one is out at a time, the oldest first, so that the
 * numbers of runs follow the order of arrival.
 */
export type DeliveryQueue = {
  take(options: { nowMs: number; holdMs: number; limit: number }): Promise<RecordedDelivery[]>;
  /** Whoever took it is still at it: its hold lasts until then. */
  keep(id: string, untilMs: number): Promise<void>;
  /** Planning failed for a reason that may pass: hand it out again from `untilMs` on. */
  postpone(id: string, untilMs: number, problem: string): Promise<void>;
  /** Calls back when this process recorded a delivery, so that nobody waits for the next poll. */
  onRecorded(wake: () => void): void;
};

export type RecordedDelivery = {
  id: string;
  source: 'github' | 'codecommit' | 'git' | 'hookline';
  event: string;
  body: Uint8Array;
  receivedAtMs: number;
  correlationId: string;
  /** How often it was handed out before. */
  tries: number;
  /** It was recovered or is a replay: what came before it may be newer than what it asks for. */
  isLate?: true;
  /** A person had it played again, and wants it built although it may have been. */
  isReplay?: true;
};
