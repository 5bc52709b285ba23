import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { createPipelineSource } from '../../../src/git/pipeline-source.ts';

type Mirrors = Parameters<typeof createPipelineSource>[0];

const pushed = {
  repository: 'octo/app',
  cloneUrl: 'https://github.com/octo/app',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
};
const commit = {
  sha: pushed.sha,
  subject: 's',
  message: 's',
  authorName: 'n',
  authorEmail: 'e',
  parents: [],
};

function read(readTree: Mirrors['readTree']) {
  const signal = new AbortController().signal;
  return createPipelineSource({ readTree, ensure: async () => {} }).read(pushed, ['a', 'b'], { signal });
}

describe('createPipelineSource', () => {
  it('gives the files that are there', async () => {
    const files = new Map([
      ['a', { kind: 'file', content: 'x' }],
      ['b', { kind: 'missing' }],
    ]);
    const tree = await read(async () => ({ commit, files, root: [] }));
    expect([...tree.files]).toEqual([['a', 'x']]);
  });

  it('tells what lies in the root folder, links and submodules left out', async () => {
    const root = [
      { name: 'a', kind: 'file' },
      { name: 'debian', kind: 'folder' },
      { name: 'pom.xml', kind: 'symlink' },
      { name: 'go.mod', kind: 'submodule' },
    ];
    const tree = await read(async () => ({ commit, files: new Map(), root }));
    expect(tree.root).toEqual(['a', 'debian/']);
  });

  it('refuses a link or a folder in the place of a file', async () => {
    const files = new Map([['a', { kind: 'symlink' }]]);
    await expect(read(async () => ({ commit, files, root: [] }))).rejects.toMatchObject({ code: 'refused' });
  });

  it.each([
    ['unreachable', 'unreachable'],
    ['commit-unreachable', 'moved'],
    ['ref-missing', 'moved'],
    ['damaged', 'damaged'],
    ['authentication', 'refused'],
    ['too-large', 'refused'],
  ])('calls the refusal %s of git %s, and keeps its words', async (code, meaning) => {
    const refused = read(() => Promise.reject(new Refusal(code, 'octo/app: why')));
    await expect(refused).rejects.toMatchObject({ code: meaning, message: 'octo/app: why' });
  });

  it('reads a commit once, and has it proven on its reference each time', async () => {
    const calls = { readTree: 0, ensure: 0 };
    const source = createPipelineSource({
      async readTree() {
        calls.readTree += 1;
        return { commit, files: new Map([['a', { kind: 'file', content: 'x' }]]), root: [] };
      },
      async ensure() {
        calls.ensure += 1;
        if (calls.ensure === 2) throw new Refusal('commit-unreachable', 'octo/app: moved');
      },
    });
    const again = () => source.read(pushed, ['a'], { signal: new AbortController().signal });
    expect(await again()).toEqual(await again());
    await expect(again()).rejects.toMatchObject({ code: 'moved' });
    expect(calls).toEqual({ readTree: 1, ensure: 2 });
  });

  it('lets a bug pass as it is', async () => {
    await expect(read(() => Promise.reject(new TypeError('oops')))).rejects.toThrow(TypeError);
  });
});
