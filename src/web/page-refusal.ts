import { Refusal } from '../errors.ts';

const statusByCode = { 'bad-parameter': 400, 'not-found': 404, refused: 409 } as const;

export type PageRefusalCode = keyof typeof statusByCode;

/** A page that cannot be shown, in words for the person who asked for it. */
export class PageRefusal extends Refusal<PageRefusalCode> {
  readonly status: (typeof statusByCode)[PageRefusalCode];

  constructor(code: PageRefusalCode, message: string) {
    super(code, message);
    this.status = statusByCode[code];
  }
}
