export const statusStates = ['error', 'failure', 'pending', 'success'] as const;
export type StatusState = (typeof statusStates)[number];

export interface StatusRequest {
  state: StatusState;
  target_url: string | null;
  description: string | null;
  context: string;
}

export interface CommitStatus extends StatusRequest {
  readonly id: number;
  readonly sha: string;
  readonly createdAt: Date;
}

/** What GitHub answers with 422. */
export interface Invalid {
  message: string;
  errors: { resource: 'Status'; code: string; field: string; message?: string }[];
}

const maxDescriptionCharacters = 140;
const maxPerContext = 1000;

export interface CommitStatuses {
  /** Takes a status, or says why GitHub would not. */
  add(repository: string, sha: string, request: Record<string, unknown>): CommitStatus | Invalid;
  /** All of a commit, newest first, as GitHub lists them. */
  list(repository: string, sha: string): CommitStatus[];
}

export function createCommitStatuses(): CommitStatuses {
  const all = new Map<string, CommitStatus[]>();
  let lastId = 0;
  const list = (repository: string, sha: string) => all.get(`${repository}@${sha}`) ?? [];

  return {
    list,
    add(repository, sha, request) {
      const status = readStatus(request);
      if ('errors' in status) return status;
      const earlier = list(repository, sha);
      if (earlier.filter((other) => sameContext(other, status)).length >= maxPerContext) {
        return invalid('custom', 'sha', 'This SHA and context has reached the maximum number of statuses.');
      }
      lastId += 1;
      const taken = { ...status, id: lastId, sha, createdAt: new Date() };
      all.set(`${repository}@${sha}`, [taken, ...earlier]);
      return taken;
    },
  };
}

/** The newest of each context: what counts. Expects the newest first. */
export function currentStatuses(statuses: readonly CommitStatus[]): CommitStatus[] {
  return statuses.filter((status, at) => statuses.findIndex((other) => sameContext(other, status)) === at);
}

/** https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
export function combinedState(current: readonly CommitStatus[]): 'failure' | 'pending' | 'success' {
  if (current.some(({ state }) => state === 'error' || state === 'failure')) return 'failure';
  if (current.length === 0 || current.some(({ state }) => state === 'pending')) return 'pending';
  return 'success';
}

function sameContext(one: StatusRequest, other: StatusRequest): boolean {
  return one.context.toLowerCase() === other.context.toLowerCase();
}

function readStatus(request: Record<string, unknown>): StatusRequest | Invalid {
  const { state, description = null, target_url = null, context = 'default' } = request;
  const known = statusStates.find((name) => name === state);
  if (known === undefined) return invalid('custom', 'state', 'state is not included in the list');
  if (!isTextOrNull(description)) return invalid('invalid', 'description');
  if (description !== null && [...description].length > maxDescriptionCharacters) {
    const message = `description is too long (maximum is ${maxDescriptionCharacters} characters)`;
    return invalid('custom', 'description', message);
  }
  if (!isTextOrNull(target_url) || (target_url !== null && !/^https?:\/\//.test(target_url))) {
    return invalid('custom', 'target_url', 'target_url must use http(s) scheme');
  }
  if (typeof context !== 'string') return invalid('invalid', 'context');
  return { state: known, description, target_url, context };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function invalid(code: string, field: string, message?: string): Invalid {
  const error = { resource: 'Status' as const, code, field, ...(message === undefined ? {} : { message }) };
  return { message: 'Validation Failed', errors: [error] };
}
