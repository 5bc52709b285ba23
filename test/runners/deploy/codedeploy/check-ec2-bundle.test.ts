import { describe, expect, it } from 'vitest';
import type { ListedEntry } from '../../../../runners/artifacts/zip-directory.ts';
import { checkEc2Bundle } from '../../../../runners/deploy/codedeploy/check-ec2-bundle.ts';
import { goodAppspec } from './codedeploy-scene.ts';

function entry(name: string, kind: ListedEntry['kind'] = 'file', executable = false): ListedEntry {
  const numbers = { method: 0, flags: 0, crc32: 0, compressedBytes: 0, sizeBytes: 0, offset: 0 };
  return { name, nameBytes: Buffer.from(name), kind, executable, ...numbers };
}

const check = (text: string, ...entries: ListedEntry[]) =>
  checkEc2Bundle({ entries, appspec: { name: 'appspec.yml', text } });

describe('a bundle for EC2', () => {
  it('is good when everything that its appspec file names is there', () => {
    const script = entry('scripts/start.sh', 'file', true);
    expect(check(goodAppspec, entry('app/index.html'), script)).toEqual({ ok: true, warnings: [] });
  });

  it('is warned about for a script without its execute bit, which the agent sets', () => {
    const checked = check(goodAppspec, entry('app/index.html'), entry('scripts/start.sh'));
    expect(checked).toMatchObject({ ok: true, warnings: [expect.stringContaining('is not executable')] });
  });

  it('may have links on the way to a script: where they lead is for the agent', () => {
    expect(check(goodAppspec, entry('app/index.html'), entry('scripts', 'symlink')).ok).toBe(true);
  });

  it('cannot run a directory', () => {
    const checked = check(goodAppspec, entry('app/index.html'), entry('scripts/start.sh', 'directory'));
    expect(checked).toMatchObject({ ok: false, message: expect.stringContaining('is a directory') });
  });

  it('for Windows is left to the agent, whose rules are others there', () => {
    const text = 'version: 0.0\nos: windows\nfiles:\n  - source: /\n    destination: C:\\shop\n';
    expect(check(text)).toEqual({ ok: true, warnings: [] });
  });
});
