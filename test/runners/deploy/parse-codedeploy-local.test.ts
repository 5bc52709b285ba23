import { describe, expect, it } from 'vitest';
import { parseCodeDeployLocal } from '../../../runners/deploy/parse-codedeploy-local.ts';

describe('HOOKLINE_CODEDEPLOY_LOCAL', () => {
  it('names groups of applications, with semicolons or line ends between', () => {
    expect(parseCodeDeployLocal(' shop/production; wiki/all hosts\nshop/staging ;')).toEqual({
      ok: true,
      groups: [
        { application: 'shop', group: 'production' },
        { application: 'wiki', group: 'all hosts' },
        { application: 'shop', group: 'staging' },
      ],
    });
  });

  it('is nothing when it is unset or empty', () => {
    expect(parseCodeDeployLocal(undefined)).toEqual({ ok: true, groups: [] });
    expect(parseCodeDeployLocal(' ')).toEqual({ ok: true, groups: [] });
  });

  it.each(['shop', 'shop/', '/production', 'shop/a/b', 'shop/a*'])('says that %s is no group', (value) => {
    const parsed = parseCodeDeployLocal(`${value}; shop/production`);
    expect(parsed).toEqual({
      ok: false,
      problems: [
        `HOOKLINE_CODEDEPLOY_LOCAL: "${value}" is no deployment group. Wanted: application/group, several with ";" between.`,
      ],
    });
  });
});
