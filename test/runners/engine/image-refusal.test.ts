import { describe, expect, it } from 'vitest';
import { imageRefusal } from '../../../runners/engine/docker/image-refusal.ts';

/** The words are those of Docker 20.10 to 28, of its containerd store, and of the registries behind them. */
describe('an image that was not had', () => {
  it.each([
    'manifest for debian:no-such-tag not found: manifest unknown: manifest unknown',
    "pull access denied for acme/secret, repository does not exist or may require 'docker login'",
    'denied: requested access to the resource is denied',
    'unauthorized: authentication required',
    'no matching manifest for linux/arm64/v8 in the manifest list entries',
    'invalid reference format',
  ])('is not to be had: %s', (words) => {
    expect(imageRefusal('acme/shop:1', words)).toMatchObject({
      code: 'image-unavailable',
      message: expect.stringContaining(`acme/shop:1 cannot be had: ${words}`),
    });
  });

  it.each([
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded)',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'dial tcp 10.0.0.1:443: connect: connection refused',
    'toomanyrequests: You have reached your unauthenticated pull rate limit.',
    'received unexpected HTTP status: 503 Service Unavailable',
    'net/http: TLS handshake timeout',
    'unexpected EOF',
    'the pull made no progress for 180 s',
    'something that nobody has seen before',
  ])('may be had another time: %s', (words) => {
    expect(imageRefusal('acme/shop:1', words)).toMatchObject({ code: 'image-pull-failed' });
  });

  it('finds no room on a full disk', () => {
    const words = 'failed to register layer: write /usr/lib/x: no space left on device';
    expect(imageRefusal('acme/shop:1', words)).toMatchObject({ code: 'disk-full' });
  });
});
