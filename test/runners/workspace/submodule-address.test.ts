import { describe, expect, it } from 'vitest';
import { submoduleAddress } from '../../../runners/workspace/submodule-address.ts';

const built = { cloneUrl: 'https://github.com/Acme/app.git' };
const of = (url: string, around = built) => submoduleAddress(url, around, built);

describe('the address of a submodule', () => {
  it.each([
    ['../lib.git', 'https://github.com/Acme/lib.git', true],
    ['../../other/lib', 'https://github.com/other/lib', false],
    ['./wiki.git', 'https://github.com/Acme/app.git/wiki.git', false],
    ['../.././../x', undefined, false],
    ['https://github.com/acme/lib.git', 'https://github.com/acme/lib.git', true],
    ['https://github.com/acme/lib.git/', 'https://github.com/acme/lib.git', true],
    ['https://github.com/other/lib', 'https://github.com/other/lib', false],
    ['https://github.com.evil.example/acme/lib', 'https://github.com.evil.example/acme/lib', false],
    ['https://github.com:444/acme/lib', 'https://github.com:444/acme/lib', false],
    ['https://me:secret@github.com/acme/lib', 'https://github.com/acme/lib', true],
    ['git@github.com:acme/lib.git', 'https://github.com/acme/lib.git', true],
    ['git@gitlab.example:group/sub/lib.git', 'https://gitlab.example/group/sub/lib.git', false],
    ['ssh://git@github.com:22/acme/lib.git', 'https://github.com/acme/lib.git', true],
    ['git://github.com/acme/lib.git', 'https://github.com/acme/lib.git', true],
  ])('%s is asked at %s', (url, cloneUrl, isOfOwner) => {
    if (cloneUrl === undefined) expect(() => of(url)).toThrow(/is not allowed/);
    else expect(of(url)).toMatchObject({ cloneUrl, isOfOwner });
  });

  it.each([
    'file:///etc',
    '/srv/git/lib.git',
    'lib.git',
    '../../..',
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    '-u./payload',
    '--upload-pack=touch /tmp/x',
    'ssh://-oProxyCommand=touch/x',
    'git@-oProxyCommand=x:lib',
    'https://',
    'https://github.com/',
    'https://github.com/acme/lib?ref=x',
    'https://github.com/acme/lib#x',
    'https://github.com/acme/../../lib',
    'https://github.com/acme/li b',
    'https://github.com/acme/lib\n\tupdate = !x',
    'javascript:alert(1)',
    '',
  ])('%j is refused', (url) => {
    expect(() => of(url)).toThrow(/is not allowed/);
  });

  it('does not show a password that a refused URL holds', () => {
    expect(() => of('ftp://me:secret@host/x')).toThrow(/"ftp:\/\/host\/x"/);
  });

  it('is relative to the repository around it, while the credential stays with the owner of what was built', () => {
    const around = { cloneUrl: 'https://git.example/other/lib.git' };
    expect(of('../deep.git', around)).toEqual({
      repository: 'other/deep',
      cloneUrl: 'https://git.example/other/deep.git',
      isOfOwner: false,
    });
    expect(of('https://github.com/acme/deep.git', around).isOfOwner).toBe(true);
  });

  it('names a repository in letters that a folder may have', () => {
    expect(of('https://host.example/~me/-x/a%20b/li+b').repository).toBe('_me/_x/a-20b/li-b');
  });
});
