import Docker from 'dockerode';

/** A client for an engine named as `DOCKER_HOST` names it; `timeoutMs` bounds each request. */
export function dockerClient(dockerHost: string, { timeoutMs }: { timeoutMs?: number } = {}): Docker {
  const limit = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  if (dockerHost.startsWith('unix://')) {
    return new Docker({ socketPath: dockerHost.slice('unix://'.length), ...limit });
  }
  // The library reads the other forms (tcp, ssh, the certificates of DOCKER_CERT_PATH) from the environment only.
  if (dockerHost === process.env['DOCKER_HOST']) return new Docker(limit);
  throw new Error(`an engine at ${dockerHost} can only be reached with DOCKER_HOST set to that address`);
}

/** Whether an engine answers there within `timeoutMs`. */
export async function engineAnswers(dockerHost: string, timeoutMs = 2_000): Promise<boolean> {
  try {
    await dockerClient(dockerHost, { timeoutMs }).ping();
    return true;
  } catch {
    return false;
  }
}
