import { describe, expect, it } from 'vitest';
import { parseLocalDeploy } from '../../../runners/deploy/parse-local-deploy.ts';

function problemsOf(value: string): readonly string[] {
  const parsed = parseLocalDeploy(value);
  return parsed.ok ? [] : parsed.problems;
}

describe('HOOKLINE_LOCAL_DEPLOY', () => {
  it('allows nothing when it is unset or empty', () => {
    expect(parseLocalDeploy(undefined)).toEqual({ ok: true, rules: [] });
    expect(parseLocalDeploy(' ; \n ')).toEqual({ ok: true, rules: [] });
  });

  it('lists repositories with their directories and users', () => {
    const value = `octo/shop=/srv/shop/:/etc/shop @ deploy, www-data;
      octo/other = /srv/other@root
      legacy=/srv/a@b:/srv/c@_x-1`;
    expect(parseLocalDeploy(value)).toEqual({
      ok: true,
      rules: [
        { repository: 'octo/shop', roots: ['/srv/shop', '/etc/shop'], users: ['deploy', 'www-data'] },
        { repository: 'octo/other', roots: ['/srv/other'], users: ['root'] },
        { repository: 'legacy', roots: ['/srv/a@b', '/srv/c'], users: ['_x-1'] },
      ],
    });
  });

  it.each([
    ['octo/shop', /"octo\/shop" is not a rule. Wanted: owner\/repository=\/directory/],
    ['octo/shop=/srv/shop', /is not a rule/],
    ['octo shop=/srv@deploy', /"octo shop" in ".*" is not a repository's name/],
    ['octo/shop=@deploy', /octo\/shop has no directory/],
    ['octo/shop=/srv@', /octo\/shop has no user/],
    ['octo/shop=srv@deploy', /the directory "srv" of octo\/shop must be an absolute path/],
    ['octo/shop=/srv/../etc@deploy', /the directory "\/srv\/..\/etc" of octo\/shop must be/],
    ['octo/shop=/@deploy', /octo\/shop may not deploy to \/. Name the application's own directory/],
    ['octo/shop=/srv@de ploy', /"de ploy" in the rule of octo\/shop is not the name of a user/],
    ['octo/shop=/srv@1000', /"1000" in the rule of octo\/shop is not the name of a user/],
    ['o/a=/srv/a@x;o/a=/srv/b@x', /o\/a has two rules. Join them into one/],
  ])('with %s is refused', (value, expected) => {
    expect(problemsOf(value)).toEqual([expect.stringMatching(expected)]);
    expect(problemsOf(value)[0]).toMatch(/^HOOKLINE_LOCAL_DEPLOY: /);
  });

  it('is told every mistake at once', () => {
    expect(problemsOf('nonsense; octo/shop=srv:/@1')).toHaveLength(4);
  });
});
