import { once } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import Docker from 'dockerode';
import { dockerAddress } from './docker-address.ts';

/** Bash where there is one. */
const command = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];

/**
 * A shell for a person in a container that stands: their terminal is its terminal until it ends, or the container does.
 * What they type reaches nobody but the container, Ctrl-C too.
 */
export async function openShell(
  options: {
    dockerHost?: string | undefined;
    containerId: string;
    env: Readonly<Record<string, string>>;
    workingDirectory: string;
  },
  { input, output }: { input: ReadStream; output: WriteStream },
): Promise<void> {
  const docker = new Docker(dockerAddress(options.dockerHost).options);
  const exec = await docker.getContainer(options.containerId).exec({
    Cmd: command,
    Env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: options.workingDirectory,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  // The size is a nicety: a shell without it goes on as if there were 80 columns.
  const resize = () => void exec.resize({ w: output.columns, h: output.rows }).catch(() => {});
  input.setRawMode(true);
  input.pipe(stream);
  stream.pipe(output, { end: false });
  output.on('resize', resize);
  resize();
  try {
    await Promise.race([once(stream, 'end'), once(stream, 'close')]);
  } finally {
    output.off('resize', resize);
    input.unpipe(stream);
    input.setRawMode(false);
    input.pause();
    stream.unpipe(output);
  }
}
