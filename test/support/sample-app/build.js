// Makes dist/: the sources, and build.json, which names the build by what is in it.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const hash = createHash('sha256');
for (const name of readdirSync('src').sort()) {
  hash.update(name).update(readFileSync(`src/${name}`));
  cpSync(`src/${name}`, `dist/${name}`);
}
const build = hash.digest('hex').slice(0, 12);
// Where it is installed there is no package.json to say that these are modules.
writeFileSync('dist/package.json', '{ "type": "module" }\n');
writeFileSync('dist/build.json', `${JSON.stringify({ build })}\n`);
console.log(`built ${build}`);
