import { expect, it } from 'vitest';
import { testApp } from './test-app.ts';

it('the JSON Schema of pipeline files is there for editors, which have no key, and travels once', async () => {
  const { app } = testApp({ apiKey: 'a-key-of-some-length' });
  const response = await app.request('/schema.json');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/schema+json');
  const schema = (await response.json()) as { properties: Record<string, { description?: string }> };
  expect(schema.properties['timeout']?.description).toContain('Unless given: ');
  expect(JSON.stringify(schema)).not.toContain('"unlessGiven"');

  const etag = response.headers.get('etag') ?? '';
  const again = await app.request('/schema.json', { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});
