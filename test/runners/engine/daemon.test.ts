import { describe, expect, it } from 'vitest';
import {
  callDaemon,
  DaemonError,
  isGone,
  isUnreachable,
  scrub,
} from '../../../runners/engine/docker/daemon.ts';
import { dockerAddress } from '../../../runners/engine/docker/docker-address.ts';

const silent = () => new Promise<never>(() => {});

describe('a call of the daemon', () => {
  it('that is not answered in time is given up as unreachable, and its connection is cut', async () => {
    let connection: AbortSignal | undefined;
    const call = callDaemon('start', { timeoutMs: 5 }, (abortSignal) => {
      connection = abortSignal;
      return silent();
    });
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DaemonError);
    expect(isUnreachable(error)).toBe(true);
    expect(connection?.aborted).toBe(true);
  });

  it('that is aborted rejects with the signal’s reason', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const call = callDaemon('start', { timeoutMs: 60_000, signal: abort.signal }, silent);
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('that is refused says it in the daemon’s own words', async () => {
    const answer = Object.assign(new Error('(HTTP code 404) no such image - '), {
      statusCode: 404,
      json: { message: 'No such image: acme/shop:1' },
    });
    const error = await callDaemon('create', { timeoutMs: 1_000 }, () => Promise.reject(answer)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ message: 'No such image: acme/shop:1 (create)', status: 404 });
    expect([isGone(error), isUnreachable(error)]).toEqual([true, false]);
  });
});

describe('the daemon’s words', () => {
  it.each([
    ['Get https://robot:s3cret@registry.example/v2/: denied', 'Get https://***@registry.example/v2/: denied'],
    ['unauthorized: Bearer eyJhbGciOi.xyz refused', 'unauthorized: Bearer *** refused'],
    ['GET https://r/blob?X-Amz-Signature=abc&x=1', 'GET https://r/blob?X-Amz-Signature=***&x=1'],
    ['red \u001b[31malert\u001b[0m\r\nnext', 'red  [31malert [0m next'],
  ])('are fit for a person: %j', (words, shown) => {
    expect(scrub(words)).toBe(shown);
  });

  it('are cut where they become a novel', () => {
    expect(scrub('x'.repeat(5_000))).toHaveLength(401);
  });
});

describe('DOCKER_HOST', () => {
  it('may be a socket or a local port', () => {
    expect(dockerAddress(undefined).options).toMatchObject({ socketPath: '/var/run/docker.sock' });
    expect(dockerAddress('unix:///run/user/1000/podman/podman.sock').options).toMatchObject({
      socketPath: '/run/user/1000/podman/podman.sock',
    });
    expect(dockerAddress('tcp://127.0.0.1:2375').options).toMatchObject({ host: '127.0.0.1', port: '2375' });
  });

  it.each(['ssh://build@host', '/var/run/docker.sock', 'unix://relative'])('is refused as %j', (value) => {
    expect(() => dockerAddress(value)).toThrow(value);
  });
});
