import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkingCopy, type WorkingCopy } from './working-copy.ts';

const template = fileURLToPath(new URL('./sample-app', import.meta.url));

export interface SampleAppOptions {
  /** The absolute directory that a deployment installs into. */
  destination: string;
  /** The jobs' image. */
  image: string;
  /** The branch whose pushes are deployed. */
  branch?: string;
  /**
   * Owns what is installed. With a port it has to be the user that runs the hooks, and the destination has to be there
   * and be that user's, since the server writes beside itself.
   */
  user?: string;
  /** Where the deployed server listens on 127.0.0.1. Without one, a deployment starts nothing. */
  port?: number;
  /** The Node that runs the deployed server: a path the hooks' user can get at, or a name on the usual PATH. */
  node?: string;
}

/**
 * Writes a small real application into a directory and commits it on `main`: a library with tests, a web page,
 * a build, and how to deploy it. It needs no packages, so that its jobs need no network.
 */
export async function makeSampleApp(directory: string, options: SampleAppOptions): Promise<WorkingCopy> {
  const { destination, image, branch = 'main', user = 'root', port, node = 'node' } = options;
  await cp(template, directory, { recursive: true });
  const values: Record<string, string> = {
    DESTINATION: destination,
    IMAGE: image,
    BRANCH: branch,
    USER: user,
    PORT: port === undefined ? '' : String(port),
    NODE: node,
  };
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole),
    );
  }
  const app = await openWorkingCopy(directory);
  await app.git('add', '--all');
  await app.git('commit', '--quiet', '-m', 'A greeter with a page of its own');
  return app;
}

/**
 * Makes a branch on which a test of the sample application fails, and answers its commit. The working tree
 * is on `main` again afterwards.
 */
export async function breakTest(directory: string, branch = 'broken'): Promise<string> {
  const app = await openWorkingCopy(directory);
  await app.git('checkout', '--quiet', '-b', branch);
  const file = 'src/greeting.js';
  const source = await readFile(join(directory, file), 'utf8');
  const sha = await app.commit(
    file,
    source.replace("'morning'", "'evening'"),
    'Greet everybody in the evening',
  );
  await app.git('checkout', '--quiet', 'main');
  return sha;
}
