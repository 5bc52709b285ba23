import { describe, expect, it } from 'vitest';
import { collectIncluded, deepestInclude, mostIncluded } from '../../pipelines/include-files.ts';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';

/** Reads and parses a pipeline file in a repository of these files. */
async function parse(files: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const source = files['.hookline.yml'] ?? '';
  const included = await collectIncluded(source, '.hookline.yml', async (paths) => {
    asked.push(...paths);
    return new Map(
      paths.flatMap((path) => {
        const text = files[path];
        return text === undefined ? [] : [[path, text]];
      }),
    );
  });
  const parsed = parsePipeline(source, '.hookline.yml', included);
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const told = problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  return { parsed, asked, told };
}

const main = 'include: ci/jobs.yml\nimage: node:24\njobs:\n  test: { extends: node, steps: [npm test] }\n';

describe('a pipeline file that includes others', () => {
  it('has their templates, jobs, variables and deployments as if they stood in it', async () => {
    const { parsed, asked } = await parse({
      '.hookline.yml': main,
      'ci/jobs.yml': `include: [ci/more.yml]
jobs:
  build: { extends: node, steps: [make], artifacts: [{ name: app, paths: dist }] }
deploy:
  production: { artifact: app, branches: main, local: {} }
`,
      'ci/more.yml': "templates:\n  node: { timeout: 5m }\nenv: { CI: 'true' }\n",
    });
    expect(asked).toEqual(['ci/jobs.yml', 'ci/more.yml']);
    if (!parsed.ok) throw new Error('it is good');
    expect(parsed.warnings).toEqual([]);
    expect(parsed.pipeline).toMatchObject({
      env: { CI: 'true' },
      jobs: [
        { name: 'test', timeoutMs: 300_000, line: 4 },
        // Lines are those of the pipeline file itself: there it is the include that brings the job.
        { name: 'build', timeoutMs: 300_000, line: 1 },
      ],
      deploys: [{ environment: 'production', line: 1 }],
    });
  });

  it('has another digest as soon as one of them changes', async () => {
    const digestOf = async (text: string) => {
      const { parsed } = await parse({ '.hookline.yml': main, 'ci/jobs.yml': text });
      return parsed.ok && parsed.digest;
    };
    const before = await digestOf('templates:\n  node: { timeout: 5m }\n');
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOf('templates:\n  node: { timeout: 6m }\n')).not.toBe(before);
    expect(await digestOf('templates:\n  node: { timeout: 5m }\n')).toBe(before);
  });

  it('is told of mistakes where they stand: in which file, on which line', async () => {
    const { told, parsed } = await parse({
      '.hookline.yml': main.replace('[npm test]', '[npm test, 5]'),
      'ci/jobs.yml': `templates:
  node: { timeout: soon }
jobs:
  build: { steps: [make], needs: tset }
  test: { steps: [make] }
on: { push: true }
`,
    });
    expect(told).toEqual([
      '.hookline.yml:4:44 found 5, a number',
      'ci/jobs.yml:2:20 found "soon"',
      'ci/jobs.yml:4:34 no job is called "tset"',
      'ci/jobs.yml:5:3 "test" is in another file, too',
      'ci/jobs.yml:6:1 "on" in a file that is included',
    ]);
    expect(parsed.ok ? [] : parsed.problems[1]?.reference).toBe('jobs#timeout');
  });

  it.each([
    ['is not there', {}, ['.hookline.yml:1:10 no file "ci/jobs.yml" in the repository']],
    [
      'includes the first one again',
      { 'ci/jobs.yml': 'include: .hookline.yml\n' },
      ['ci/jobs.yml:1:10 ".hookline.yml" includes itself'],
    ],
    ['is broken', { 'ci/jobs.yml': 'jobs: [\n' }, [expect.stringMatching(/^ci\/jobs\.yml:\d+:\d+ /)]],
    ['is no mapping', { 'ci/jobs.yml': '- a\n' }, ['ci/jobs.yml:1:1 no mapping']],
    ['has jobs that are none', { 'ci/jobs.yml': 'jobs: 5\n' }, ['ci/jobs.yml:1:7 no mapping']],
  ])('is told of a file that %s', async (_, files, wanted) => {
    const source = main.replace('extends: node, ', '');
    const { parsed, told } = await parse({ '.hookline.yml': source, ...files });
    expect(parsed.ok).toBe(false);
    expect(told).toEqual(wanted);
  });

  it.each([
    ['/etc/passwd.yml', 'a path relative to the repository, such as dist'],
    ['../other/ci.yml', 'a path inside the repository, without ..'],
    ['https://example.com/ci.yml', 'a file of this repository: nothing is fetched from elsewhere'],
    ['ci/*.yml', 'the path of one directory, without patterns'],
    ['Makefile', 'a file whose name ends in .yml or .yaml'],
  ])('does not include %s', async (path, expected) => {
    const { parsed, asked } = await parse({
      '.hookline.yml': `include: '${path}'\nimage: a\nsteps: [b]\n`,
      [path]: 'env: { A: b }\n',
    });
    expect(asked).toEqual([]);
    expect(parsed.ok ? [] : parsed.problems).toMatchObject([{ line: 1, column: 10, expected }]);
  });

  it('ends somewhere: not too deep, not too many', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`f${n}.yml`, `include: f${n + 1}.yml\n`]),
    );
    const deep = await parse({ '.hookline.yml': 'include: f0.yml\nimage: a\nsteps: [b]\n', ...chain });
    expect(deep.told).toEqual([`f${deepestInclude - 1}.yml:1:10 files ${deepestInclude + 1} deep`]);
    expect(deep.asked.length).toBeLessThan(9);

    const many = Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`a${n}.yml`, '']));
    const wide = await parse({
      '.hookline.yml': 'include: all.yml\nimage: a\nsteps: [b]\n',
      'all.yml': `include: [${Object.keys(many).join(', ')}, last.yml]\n`,
      'last.yml': '',
      ...many,
    });
    expect(wide.told).toEqual(['all.yml:1:172 too many files']);
    expect(wide.asked).toHaveLength(mostIncluded + 1);
  });
});
