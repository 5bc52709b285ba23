import { createHash } from 'node:crypto';

/** In the environment of every process of a job, unless it was started without (`env -i`). */
export const markVariable = 'HOOKLINE_PROCESS_MARK';

/**
 * By what the processes of a room are found again, by this runner or, when that was killed, by the one after it. The id is
 * 16 hex digits: the first half says whose it is, the second which room.
 *
 * Beside the variable it is written as a resource limit, on the number of file locks, which Linux has not looked at since
 * 2.4.25 (getrlimit(2), RLIMIT_LOCKS): children inherit it, whatever becomes of their environment, their session and their
 * parents, /proc/PID/limits shows it, and only a process that sets out to lower it loses it.
 */
export function markOf(owner: string, roomId: string): string {
  return ownerMark(owner) + digest(`${owner} ${roomId}`, 8);
}

/** What the marks of all rooms of an owner begin with. The 4 keeps the limit far above any that was meant as one. */
export function ownerMark(owner: string): string {
  return `4${digest(owner, 7)}`;
}

export function limitOf(mark: string): string {
  return BigInt(`0x${mark}`).toString();
}

/** Of the text of /proc/PID/limits. */
export function markInLimits(limits: string): string | undefined {
  const [, limit] = /^Max file locks\s+\d+\s+(\d+)/m.exec(limits) ?? [];
  return limit === undefined ? undefined : checked(BigInt(limit).toString(16));
}

/** Of the text of /proc/PID/environ. */
export function markInEnvironment(environment: string): string | undefined {
  const found = environment.split('\0').find((each) => each.startsWith(`${markVariable}=`));
  return checked(found?.slice(markVariable.length + 1) ?? '');
}

function checked(text: string): string | undefined {
  return /^4[0-9a-f]{15}$/.test(text) ? text : undefined;
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
