import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptZip } from './check-artifact.ts';
import type { RunJson } from './hookline-api.ts';
import type { Scene } from './scene.ts';

/** Looks at the host itself: what lies where, whose it is, who runs, and what the page says. */
export async function checkDeployment(scene: Scene, run: RunJson, zip: KeptZip): Promise<void> {
  const { terminal, checks, deployment } = scene;
  const { destination, user, url } = deployment;
  checks.equal(
    'the history tells of the deployment',
    ['production success'],
    run.deployments.map(({ environment, status }) => `${environment} ${status}`),
  );

  const packed = [...zip.files].filter(([name]) => name.startsWith('dist/'));
  const wrong: string[] = [];
  for (const [name, content] of packed) {
    const file = join(destination, name.slice('dist/'.length));
    const installed = await readFile(file).catch(() => undefined);
    if (installed === undefined || !installed.equals(content)) wrong.push(`${file} differs`);
    else if ((await stat(file)).uid !== user.uid) wrong.push(`${file} is not ${user.name}’s`);
  }
  checks.equal(`what is installed is what was zipped, and ${user.name}’s`, [], wrong);

  const pid = (await readFile(join(destination, 'server.pid'), 'utf8')).trim();
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const uids = /^Uid:\s+(.+)$/m.exec(status)?.[1]?.split(/\s+/);
  checks.equal(`the server runs as ${user.name}`, Array(4).fill(String(user.uid)), uids);

  const { build } = JSON.parse(String(zip.files.get('dist/build.json'))) as { build: string };
  const page = await (await fetch(`${url}?name=Ada`, { signal: scene.signal })).text();
  const greeting = /<h1>(.*)<\/h1>/.exec(page)?.[1] ?? page;
  const served = /Build (\w+)/.exec(page)?.[1];
  checks.that('the deployed page greets Ada', /^Good \w+, Ada!$/.test(greeting), 'Good …, Ada!', greeting);
  checks.equal('it is the page of this very build', build, served);
  terminal.good(`deployed as ${user.name}: ${url} answers “${greeting}” from build ${served}`);
}
