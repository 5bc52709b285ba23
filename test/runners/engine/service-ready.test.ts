import { describe, expect, it } from 'vitest';
import { firstTcpPort, listensOn } from '../../../runners/engine/docker/service-ready.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const socket = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0`;

describe('whether a service listens', () => {
  it.each([
    ['on every address', '00000000:1538', '0A', true],
    ['on every address of IPv6', '00000000000000000000000000000000:1538', '0A', true],
    ['on its own address', '020011AC:1538', '0A', true],
    ['on another port', '00000000:1539', '0A', false],
    ['where only it can reach it', '0100007F:1538', '0A', false],
    ['where only it can reach it by IPv6', '00000000000000000000000001000000:1538', '0A', false],
    ['no more: the connection is one that it made', '020011AC:1538', '01', false],
  ])('%s', (_where, local, state, listens) => {
    expect(listensOn(5432, [header, socket(local, state)].join('\n'))).toBe(listens);
  });

  it('is not so without any socket', () => {
    expect(listensOn(5432, '')).toBe(false);
  });
});

describe('the port that an image exposes', () => {
  it('is the lowest of TCP', () => {
    expect(firstTcpPort({ '9000/tcp': {}, '53/udp': {}, '443/tcp': {} })).toBe(443);
    expect(firstTcpPort({ '53/udp': {} })).toBeUndefined();
    expect(firstTcpPort(undefined)).toBeUndefined();
  });
});
