import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { artifactWith, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

const bytes = Buffer.from('0123456789abcdef');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const path = '/api/v1/artifacts/artifact1';

async function appWithArtifact(fields = {}) {
  const test = testApp();
  const artifact = artifactWith({ sizeBytes: bytes.byteLength, sha256, ...fields });
  test.history.runs.set('run1', runWith({ artifacts: [artifact] }));
  await test.blobs.put(artifact.key, bytes);
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    test.app.request(path, { headers, method });
  return { ...test, artifact, get };
}

describe('the list of artifacts', () => {
  it('has the newest first, by repository, branch, status of the run and name, page by page', async () => {
    const { app, history } = testApp();
    const made = (id: string, fields = {}) => artifactWith({ id, name: 'app', ...fields });
    const removed = { atMs: 1, because: 'old' };
    const artifacts = [made('a1'), made('a2'), made('a3', { name: 'docs' }), made('a4', { removed })];
    history.runs.set('run1', runWith({ artifacts }));
    history.runs.set('run2', runWith({ id: 'run2', status: 'failure', artifacts: [made('a5')] }));
    type Page = { items: { id: string; path: string }[]; next?: string };
    const list = async (query: string) =>
      (await (await app.request(`/api/v1/artifacts?${query}`)).json()) as Page;
    const idsOf = ({ items }: Page) => items.map(({ id }) => id);
    const newest = await list('repository=octo/site&branch=main&status=success&name=app&limit=1');
    expect(newest.items).toMatchObject([{ id: 'a2', path: '/api/v1/artifacts/a2' }]);
    expect(idsOf(await list(`status=success&name=app&limit=1&before=${newest.next}`))).toEqual(['a1']);
    expect(idsOf(await list(''))).toEqual(['a5', 'a3', 'a2', 'a1']);
    expect((await app.request('/api/v1/artifacts?colour=red')).status).toBe(400);
  });
});

describe('the download of an artifact', () => {
  it('is the zip, with its name, size and hash', async () => {
    const { get } = await appWithArtifact({ name: 'täg "1"' });
    const response = await get();
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-length': '16',
      'content-disposition': `attachment; filename="t_g _1_.zip"; filename*=UTF-8''t%C3%A4g%20%221%22.zip`,
      etag: `"${sha256}"`,
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
      'accept-ranges': 'bytes',
    });
  });

  it.each([
    ['tar.gz', 'application/gzip'],
    ['tar.zst', 'application/zstd'],
  ])('is named and typed as the %s that it is', async (format, type) => {
    const { headers } = await (await appWithArtifact({ format })).get();
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-disposition')).toContain(`filename="site.${format}"`);
  });

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/16'],
    ['bytes=10-', 'abcdef', 'bytes 10-15/16'],
    ['bytes=-2', 'ef', 'bytes 14-15/16'],
    ['bytes=12-99', 'cdef', 'bytes 12-15/16'],
    ['bytes=-99', '0123456789abcdef', 'bytes 0-15/16'],
  ])('is a part for Range: %s', async (range, text, contentRange) => {
    const response = await (await appWithArtifact()).get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('content-length')).toBe(String(text.length));
    expect(await response.text()).toBe(text);
  });

  it.each(['bytes=16-', 'bytes=-0'])('is refused for Range: %s, which lies outside', async (range) => {
    const response = await (await appWithArtifact()).get({ range });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */16');
  });

  it.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=5-2', 'bytes=x'])('is whole for Range: %s', async (range) => {
    expect((await (await appWithArtifact()).get({ range })).status).toBe(200);
  });

  it('goes on where it broke off only with the same bytes', async () => {
    const { get } = await appWithArtifact();
    expect((await get({ range: 'bytes=8-', 'if-range': `"${sha256}"` })).status).toBe(206);
    expect((await get({ range: 'bytes=8-', 'if-range': '"older"' })).status).toBe(200);
  });

  it('is not sent again to whoever has it', async () => {
    expect((await (await appWithArtifact()).get({ 'if-none-match': `"${sha256}"` })).status).toBe(304);
  });

  it('can be asked for by HEAD', async () => {
    const response = await (await appWithArtifact()).get({}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('16');
    expect(await response.text()).toBe('');
  });

  it('is gone by policy, and says since when and why', async () => {
    const removed = { atMs: Date.UTC(2026, 5, 1), because: 'artifacts are kept for 28 days after their run' };
    const { get, app } = await appWithArtifact({ removed });
    const problem = {
      status: 410,
      code: 'artifact-gone',
      detail: expect.stringMatching(/2026-06-01T.*28 days/),
    };
    expect(await (await get()).json()).toMatchObject(problem);
    const run = (await (await app.request('/api/v1/runs/run1')).json()) as { artifacts: object[] };
    expect(run.artifacts).toMatchObject([
      { fileName: 'site.zip', removed: { at: '2026-06-01T00:00:00.000Z', because: removed.because } },
    ]);
  });

  it('is gone once its file is, and never one of another size', async () => {
    const { get, blobs, artifact, app } = await appWithArtifact();
    await blobs.put(artifact.key, Buffer.from('short'));
    expect((await get()).status).toBe(500);
    await blobs.remove(artifact.key);
    expect(await (await get()).json()).toMatchObject({ status: 410, code: 'artifact-gone' });
    expect((await app.request('/api/v1/artifacts/none')).status).toBe(404);
  });
});
