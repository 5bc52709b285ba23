import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Where steps in real containers say what they do, each line in one connection; it is noted in the order in which it comes. */
export type EffectDoor = {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
};

export async function openEffectDoor(host: string, effectsFile: string): Promise<EffectDoor> {
  const server = createServer((socket) => {
    let said = '';
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (text: string) => {
      said += text;
      if (!said.endsWith('\n')) return;
      appendFileSync(effectsFile, said);
      // The step waits for it: what it goes on to do comes after this.
      socket.end('noted\n');
      said = '';
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the door has no port');
  return {
    host,
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
