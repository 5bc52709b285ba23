import { describe, expect, it } from 'vitest';
import { refusalOfConnect, refusalOfServer } from '../../../src/sql/postgres-refusal.ts';

const address = {
  url: 'postgres://ci:geheim@db/ci',
  shown: 'PostgreSQL at db:5432',
  user: 'ci',
  database: 'ci',
};
const facts = {
  version: '15.18',
  version_num: '150018',
  encoding: 'UTF8',
  read_only: 'off',
  recovering: false,
};

describe('the refusal of a PostgreSQL server', () => {
  it('names the version that is too old and the one that is wanted', () => {
    expect(refusalOfServer({ ...facts, version_num: '120022' }, address)).toMatchObject({
      code: 'too-old',
      message: 'PostgreSQL at db:5432 is version 12; wanted: 13 or newer',
    });
    expect(refusalOfServer({ ...facts, version_num: '130000' }, address)).toBeUndefined();
  });

  it('names a standby', () => {
    expect(refusalOfServer({ ...facts, recovering: true }, address)?.message).toMatch(/standby.*primary/);
  });

  it('waits for a server that is starting and for one that is not there yet, and for no wrong password', () => {
    const answer = (code: string) => Object.assign(new Error('no'), { code, severity: 'FATAL' });
    const notThere = new AggregateError([
      Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { code: 'ECONNREFUSED' }),
    ]);
    expect(refusalOfConnect(answer('57P03'), address).isPassing).toBe(true);
    expect(refusalOfConnect(notThere, address)).toMatchObject({
      isPassing: true,
      refusal: { message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(refusalOfConnect(answer('28P01'), address)).toMatchObject({
      isPassing: false,
      refusal: { code: 'denied' },
    });
  });
});
