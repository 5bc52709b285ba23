import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { parseGitCredentials, parseGitRepositories } from '../../src/read-git.ts';

describe('HOOKLINE_GIT_REPOSITORIES', () => {
  it('names repositories and their addresses', () => {
    const text = 'team/site=https://git.example.com/site.git; tools=http://10.0.0.7:3000/ops/tools ;';
    expect(readConfig({ HOOKLINE_GIT_REPOSITORIES: text }).git.repositories).toEqual(
      new Map([
        ['team/site', 'https://git.example.com/site.git'],
        ['tools', 'http://10.0.0.7:3000/ops/tools'],
      ]),
    );
  });

  it.each([
    'site',
    'site=file:///srv/git/site.git',
    'site=ext::sh -c id',
    'site=/srv/git/site.git',
    'site=ssh://git@git.example.com/site.git',
    'site=git@git.example.com:site.git',
    'site=https://user:word@git.example.com/site.git',
    'site=https://git.example.com/',
    'site=https://git.example.com/a/../b',
    'site=https://git.example.com/a%2f..%2fb',
    'site=https://git.example.com/site.git?x',
    'site=https://git.example.com/site.git#x',
    'site=https://GIT.example.com/site.git',
    'a/b/c=https://git.example.com/site.git',
    '../site=https://git.example.com/site.git',
    'a=https://git.example.com/a;a=https://git.example.com/b',
  ])('refuses %s', (text) => {
    expect(parseGitRepositories(text)).toBeUndefined();
    expect(() => readConfig({ HOOKLINE_GIT_REPOSITORIES: text })).toThrow('HOOKLINE_GIT_REPOSITORIES is');
  });
});

describe('HOOKLINE_GIT_CREDENTIALS', () => {
  it('names one account for each server, with what an address cannot hold encoded', () => {
    const text = 'https://oauth2:glpat-1@gitlab.example.com http://ci:a%40b%3A@10.0.0.7:3000';
    expect(parseGitCredentials(text)).toEqual(
      new Map([
        ['https://gitlab.example.com', { username: 'oauth2', password: 'glpat-1' }],
        ['http://10.0.0.7:3000', { username: 'ci', password: 'a@b:' }],
      ]),
    );
  });

  it.each([
    'token',
    'https://git.example.com',
    'https://ci@git.example.com',
    'https://ci:a@git.example.com/path',
    'https://ci:a@git.example.com https://ci:b@git.example.com',
    'ssh://ci:a@git.example.com',
    'https://ci:%E0%A4%A@git.example.com',
  ])('refuses %s and does not repeat it', (text) => {
    expect(parseGitCredentials(text)).toBeUndefined();
    expect(() => readConfig({ HOOKLINE_GIT_CREDENTIALS: text })).toThrow(
      /HOOKLINE_GIT_CREDENTIALS is a value \(not shown\)/,
    );
  });
});
