import { describe, expect, it } from 'vitest';
import type { AppspecPermission } from '../../../../runners/deploy/appspec/appspec.ts';
import { assignPermissions } from '../../../../runners/deploy/local/assign-permissions.ts';

const at = { line: 9, column: 5 };
const permission = (more: Partial<AppspecPermission>): AppspecPermission => ({
  object: '/srv/app',
  pattern: '**',
  except: [],
  types: ['file', 'directory'],
  notCarriedOut: [],
  mode: 0o600,
  at,
  ...more,
});

function assign(...permissions: readonly AppspecPermission[]) {
  const paths = ['/srv/app/a.sh', '/srv/app/b.txt', '/srv/app/sub/c.sh'];
  const files = paths.map((destination) => ({
    kind: 'file' as const,
    source: 's',
    destination,
    mode: 0o644,
  }));
  const directories = ['/srv/app', '/srv/app/sub'];
  const ids = { userIds: new Map([['deploy', 7]]), groupIds: new Map([['web', 8]]) };
  const { attributes, ...others } = assignPermissions({ permissions, files, directories, ...ids });
  return { paths: [...attributes.keys()], attributes, ...others };
}

describe('a permission of an appspec file', () => {
  it('reaches everything below a directory, but not the directory itself', () => {
    expect(assign(permission({})).paths).toEqual([
      '/srv/app/a.sh',
      '/srv/app/b.txt',
      '/srv/app/sub/c.sh',
      '/srv/app/sub',
    ]);
  });

  it('reaches only immediate children by any pattern but `**`', () => {
    expect(assign(permission({ pattern: '*' })).paths).toEqual([
      '/srv/app/a.sh',
      '/srv/app/b.txt',
      '/srv/app/sub',
    ]);
    expect(assign(permission({ pattern: '*.sh' })).paths).toEqual(['/srv/app/a.sh']);
    expect(assign(permission({ pattern: 'a?sh' })).paths).toEqual([]);
  });

  it('leaves out exceptions and other types', () => {
    expect(assign(permission({ except: ['b*'], types: ['file'] })).paths).toEqual([
      '/srv/app/a.sh',
      '/srv/app/sub/c.sh',
    ]);
    expect(assign(permission({ types: ['directory'] })).paths).toEqual(['/srv/app/sub']);
  });

  it('stands for a file that it names, and then takes no pattern', () => {
    const one = assign(permission({ object: '/srv/app/a.sh', owner: 'deploy', group: 'web' }));
    expect(one.attributes).toEqual(new Map([['/srv/app/a.sh', { mode: 0o600, uid: 7, gid: 8 }]]));
    expect(assign(permission({ object: '/srv/app/a.sh', pattern: '*' })).problems).toEqual([
      'The permission on /srv/app/a.sh (line 9) has a `pattern` or `except`, but the object is a file. Remove them.',
    ]);
  });

  it('may not meet another one, and says so when it meets nothing', () => {
    const twice = assign(permission({ pattern: 'a*' }), permission({ pattern: '*.sh' }));
    expect(twice.problems).toEqual([expect.stringMatching(/^\/srv\/app\/a.sh is given permissions twice/)]);
    expect(assign(permission({ object: '/srv/ap' })).warnings).toEqual([
      'The permission on /srv/ap (line 9) matches nothing that this deployment copies or creates.',
    ]);
  });
});
