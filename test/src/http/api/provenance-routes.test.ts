import { describe, expect, it } from 'vitest';
import { newSeed } from '../../../../src/contract/keys.ts';
import { signingKeyOf } from '../../../../src/contract/signing-key.ts';
import { artifactWith, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

const { publicKey } = signingKeyOf(newSeed());

describe('the provenance of an artifact, by the API', () => {
  it('is downloaded as what stands beside the artifact, even when that is gone by policy', async () => {
    const { app, history, blobs } = testApp({ publicKey });
    const removed = { atMs: 1, because: 'old' };
    const artifact = artifactWith({
      proved: true,
      format: 'tar.gz',
      key: 'artifacts/run1/job1/1/site.tar.gz',
      removed,
    });
    history.runs.set('run1', runWith({ artifacts: [artifact] }));
    await blobs.put('artifacts/run1/job1/1/site.tar.gz.intoto.json', Buffer.from('{"payloadType":""}\n'));
    const path = '/api/v1/artifacts/artifact1/provenance';
    const answer = await app.request(path);
    expect(answer.headers.get('content-type')).toBe('application/vnd.dsse.envelope.v1+json');
    expect(answer.headers.get('content-disposition')).toContain('filename="site.tar.gz.intoto.json"');
    expect(await answer.text()).toBe('{"payloadType":""}\n');
    const run = (await (await app.request('/api/v1/runs/run1')).json()) as { artifacts: object[] };
    expect(run.artifacts).toMatchObject([{ provenancePath: path }]);
  });

  it('is not there before its job has ended', async () => {
    const { app, history } = testApp({ publicKey });
    history.runs.set('run1', runWith({ artifacts: [artifactWith()] }));
    const answer = await app.request('/api/v1/artifacts/artifact1/provenance');
    expect(await answer.json()).toMatchObject({ status: 404, code: 'provenance-not-found' });
    expect((await app.request('/api/v1/artifacts/none/provenance')).status).toBe(404);
  });

  it('can be checked with the key that the service shows', async () => {
    const answer = await testApp({ publicKey }).app.request('/api/v1/signing-key');
    expect(await answer.json()).toEqual({ id: publicKey.id, algorithm: 'ed25519', pem: publicKey.pem });
  });
});
