import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { testApp } from './test-app.ts';

const apiKey = 'a-key-of-some-length';
const pages = new Hono().get('/runs', (context) => context.html('<h1>Runs</h1>'));
const asBrowser = { accept: 'text/html,application/xhtml+xml' };

function signIn(app: ReturnType<typeof testApp>['app'], fields: Record<string, string>, headers = {}) {
  return app.request('/login', { method: 'POST', body: new URLSearchParams(fields), headers });
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('signing a browser in', () => {
  it('sends it to the form, and back to where it wanted to go', async () => {
    const { app } = testApp({ apiKey, pages });
    const turnedAway = await app.request('/runs?status=failure', { headers: asBrowser });
    expect(turnedAway.status).toBe(303);
    const location = turnedAway.headers.get('location') ?? '';
    expect(location).toBe('/login?next=%2Fruns%3Fstatus%3Dfailure');
    expect(await (await app.request(location)).text()).toContain('value="/runs?status=failure"');

    const signedIn = await signIn(app, { key: apiKey, next: '/runs?status=failure' });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get('location')).toBe('/runs?status=failure');
    const cookie = cookieOf(signedIn);
    expect((await app.request('/runs', { headers: { ...asBrowser, cookie } })).status).toBe(200);
    expect((await app.request('/api/v1/runs', { headers: { cookie } })).status).toBe(200);
  });

  it('keeps the key out of the cookie, and the cookie from scripts and other sites', async () => {
    const { app } = testApp({ apiKey, publicUrl: 'https://ci.example.com' });
    const setCookie = (await signIn(app, { key: apiKey })).headers.get('set-cookie') ?? '';
    expect(setCookie).not.toContain(apiKey);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Secure', 'Path=/'])
      expect(setCookie).toContain(attribute);
  });

  it('refuses a wrong key', async () => {
    const { app } = testApp({ apiKey });
    const response = await signIn(app, { key: 'another' });
    expect(response.status).toBe(401);
    expect(response.headers.has('set-cookie')).toBe(false);
    expect(await response.text()).toContain('not the key');
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/..//evil.example',
    'javascript:x',
  ])('never leads to another site (%s)', async (next) => {
    const { app } = testApp({ apiKey });
    const location = (await signIn(app, { key: apiKey, next })).headers.get('location') ?? '';
    expect(new URL(location, 'http://localhost').host).toBe('localhost');
    expect(location.startsWith('//')).toBe(false);
  });

  it('ends with the session’s time, another key or a forged cookie', async () => {
    let nowMs = 1_000_000;
    const { app } = testApp({ apiKey, now: () => nowMs });
    const cookie = cookieOf(await signIn(app, { key: apiKey }));
    const statusWith = async (value: string, one = app) =>
      (await one.request('/api/v1/runs', { headers: { cookie: value } })).status;
    expect(await statusWith(cookie)).toBe(200);
    expect(await statusWith(cookie, testApp({ apiKey: 'rotated', now: () => nowMs }).app)).toBe(401);
    const [name, session = ''] = cookie.split('=');
    expect(await statusWith(`${name}=9${session}`)).toBe(401);
    nowMs += 31 * 24 * 60 * 60 * 1000;
    expect(await statusWith(cookie)).toBe(401);
  });

  it('does not act for a page of another site', async () => {
    const { app } = testApp({ apiKey });
    expect((await signIn(app, { key: apiKey }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await signIn(app, { key: apiKey }, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await signIn(app, { key: apiKey }, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });

  it('takes no endless form', async () => {
    const { app } = testApp({ apiKey });
    expect((await signIn(app, { key: 'x'.repeat(20_000) })).status).toBe(413);
  });

  it('signs out', async () => {
    const { app } = testApp({ apiKey });
    const response = await app.request('/logout', { method: 'POST' });
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
  });
});
