import type Docker from 'dockerode';

/** Reads an engine's progress stream to its end; the engine reports failures inside it, after a 200. */
export function followToEnd(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, events: { error?: string }[] | null) => {
      const failure = events?.find((event) => event.error !== undefined)?.error;
      if (error !== null) reject(error);
      else if (failure !== undefined) reject(new Error(failure));
      else resolve();
    });
  });
}
