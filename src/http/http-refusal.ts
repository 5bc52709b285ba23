import { Refusal } from '../errors.ts';

/** What callers are told no for, and the status it travels under: the one table of this service. */
const statusByCode = {
  'bad-parameter': 400,
  'key-missing': 401,
  'key-wrong': 401,
  'host-not-allowed': 403,
  'cross-site': 403,
  'not-found': 404,
  'run-not-found': 404,
  'job-not-found': 404,
  'attempt-not-found': 404,
  'delivery-not-found': 404,
  'artifact-not-found': 404,
  'provenance-not-found': 404,
  'runner-not-found': 404,
  'method-not-allowed': 405,
  'command-refused': 409,
  'replay-refused': 409,
  'artifact-gone': 410,
  'log-gone': 410,
  'body-too-large': 413,
  'range-not-satisfiable': 416,
  'too-many-streams': 503,
} as const satisfies Record<string, number>;

export type HttpRefusalCode = keyof typeof statusByCode;

/** One parameter that was wrong, and what would have been right. */
export type WrongParameter = { name: string; in: string; detail: string };

export type HttpRefusalDetails = {
  headers?: Readonly<Record<string, string>>;
  parameters?: readonly WrongParameter[];
};

export class HttpRefusal extends Refusal<HttpRefusalCode> {
  readonly status: number;
  readonly details: HttpRefusalDetails;

  constructor(code: HttpRefusalCode, message: string, details: HttpRefusalDetails = {}) {
    super(code, message);
    this.status = statusByCode[code];
    this.details = details;
  }
}
