import { Refusal } from '../errors.ts';

export type ServeRefusalCode = 'port-in-use' | 'port-not-permitted' | 'host-unknown' | 'host-not-here';

/** Why the service cannot listen where it was told to. */
export class ServeRefusal extends Refusal<ServeRefusalCode> {}

/** Undefined for what has no remedy of the operator's that we know. */
export function listenRefusal(error: unknown, host: string, port: number): ServeRefusal | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const options = { cause: error };
  switch (code) {
    case 'EADDRINUSE':
      return new ServeRefusal(
        'port-in-use',
        `port ${port} on ${host} is taken by another program: stop that one, or set PORT to a free port`,
        options,
      );
    case 'EACCES':
      return new ServeRefusal(
        'port-not-permitted',
        `this user may not listen on port ${port}: set PORT to 1024 or above and put a proxy before it, or grant CAP_NET_BIND_SERVICE`,
        options,
      );
    case 'EADDRNOTAVAIL':
      return new ServeRefusal(
        'host-not-here',
        `HOST is ${host}, which is no address of this machine: use one that is, 127.0.0.1 for this machine alone, or 0.0.0.0 for all`,
        options,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new ServeRefusal(
        'host-unknown',
        `HOST is ${host}, which no name service knows: set it to an address of this machine, such as 127.0.0.1`,
        options,
      );
    default:
      return undefined;
  }
}
