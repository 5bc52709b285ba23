import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';

const parsed = (source: string) => parsePipeline(source, '.hookline.yml');

describe('what an artifact is packed as', () => {
  it('is a zip unless the pipeline says otherwise', () => {
    const result = parsed(`image: node:24
steps: [make]
artifacts:
  - { name: plain, paths: dist }
  - { name: zipped, paths: dist, format: zip }
  - { name: app, paths: dist, format: tar.zst }
`);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.pipeline.jobs[0]?.artifacts.map(({ name, format }) => [name, format])).toEqual([
      ['plain', undefined],
      ['zipped', undefined],
      ['app', 'tar.zst'],
    ]);
  });

  it('is one of three', () => {
    const result = parsed(
      'image: a\nsteps: [make]\nartifacts:\n  - { name: app, paths: dist, format: rar }\n',
    );
    expect(result).toMatchObject({ ok: false, problems: [{ line: 4, expected: 'zip, tar.gz or tar.zst' }] });
  });

  it('cannot be a tar where it is deployed', () => {
    const result = parsed(`image: node:24
steps: [make]
artifacts:
  - { name: app, paths: dist, format: tar.gz }
deploy:
  production: { artifact: app, branches: [main], local: {} }
`);
    expect(result).toMatchObject({
      ok: false,
      problems: [
        { line: 6, message: expect.stringContaining('packed as tar.gz, and deployments take zips') },
      ],
    });
  });
});
