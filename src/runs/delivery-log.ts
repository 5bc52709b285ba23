/**
 * PORT. What a provider says that it sent: the other side of the inbox. Read only, and any method may reject: with a
 * `ForgeRefusal` when it will go on like that until somebody changes something, with anything else when it may pass.
 */
export type DeliveryLog = {
  /** The webhook of a repository that leads to this service; undefined when there is none. */
  hookOf(repository: string, options: { signal: AbortSignal }): Promise<string | undefined>;
  /**
   * The attempts to deliver since then, the newest first. `isCut`: there are more of them than anybody wants to look
   * through, and the oldest are left out.
   */
  sentSince(
    hook: Hook,
    sinceMs: number,
    options: { signal: AbortSignal },
  ): Promise<{ attempts: SentAttempt[]; isCut: boolean }>;
  /** The payload of an attempt as JSON text. Its bytes need not be those that were signed. */
  payloadOf(hook: Hook, attempt: SentAttempt, options: { signal: AbortSignal }): Promise<string>;
};

export type Hook = { repository: string; id: string };

export type SentAttempt = {
  id: string;
  /** Of the delivery: the same when it was delivered again. */
  deliveryId: string;
  event: string;
  sentAtMs: number;
  /** Whoever stands at the address answered that it took it. That need not have been this service. */
  wasTaken: boolean;
};

/**
 * PORT. What is known here about deliveries that may be missing, and whose turn it is to look for them: any number of
 * processes may ask.
 */
export type RecoveryStore = {
  /** The repositories whose deliveries arrived since then, with the webhook that the last one came by. */
  repositories(sinceMs: number): Promise<{ repository: string; hookId?: string }[]>;
  /**
   * Gives a repository to one of those who ask, unless somebody was given it at `unlessSinceMs` or later. `throughMs`: all
   * that was sent before then is known here; undefined when nobody has looked yet.
   */
  claim(
    repository: string,
    options: { nowMs: number; unlessSinceMs: number },
  ): Promise<{ throughMs: number | undefined } | undefined>;
  /** Nothing that was sent to the repository before `throughMs` is missing any more. */
  complete(repository: string, throughMs: number): Promise<void>;
  /** Those of them that are in the inbox. */
  known(deliveryIds: readonly string[]): Promise<ReadonlySet<string>>;
  hasRun(change: { repository: string; ref: string; sha: string }): Promise<boolean>;
};

/** A delivery that was found in the provider's log. */
export type FoundDelivery = { hook: Hook; attempt: SentAttempt; payload: string };

/** Records it as if it had arrived, marked as recovered. Rejects with a `Refusal` when it would have been refused. */
export type TakeIn = (found: FoundDelivery) => Promise<{ outcome: 'recorded' | 'duplicate'; id: string }>;
