import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { Log } from '../log.ts';
import type { AppEnv } from './app-env.ts';
import { HttpRefusal } from './http-refusal.ts';
import { issueSession, sameKey, sessionCookie, sessionSeconds } from './session.ts';

/** Signs a browser in: it trades the key for a cookie that scripts cannot read and other sites cannot use. */
export function loginRoutes(options: {
  apiKey?: string;
  publicUrl: string;
  now: () => number;
  log: Pick<Log, 'warn'>;
}): Hono<AppEnv> {
  const { apiKey, now, log } = options;
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: options.publicUrl.startsWith('https:'),
  } as const;

  return new Hono<AppEnv>()
    .get('/login', (context) => {
      if (apiKey === undefined) return context.redirect('/', 303);
      return context.html(form(localPath(context.req.query('next')), false));
    })
    .post(
      '/login',
      bodyLimit({
        maxSize: 16 * 1024,
        onError: () => {
          throw new HttpRefusal('body-too-large', 'a sign-in form is at most 16 KiB');
        },
      }),
      async (context) => {
        if (apiKey === undefined) return context.redirect('/', 303);
        const { key, next } = await context.req.parseBody();
        const target = localPath(typeof next === 'string' ? next : undefined);
        if (typeof key !== 'string' || !sameKey(key.trim(), apiKey)) {
          log.warn(
            { correlationId: context.get('correlationId') },
            'somebody tried to sign in with a wrong key',
          );
          return context.html(form(target, true), 401);
        }
        const session = issueSession(apiKey, now());
        setCookie(context, sessionCookie, session, { ...cookie, maxAge: sessionSeconds });
        return context.redirect(target, 303);
      },
    )
    .post('/logout', (context) => {
      deleteCookie(context, sessionCookie, cookie);
      return context.redirect('/login', 303);
    });
}

/** A link to here must not send who follows it, once signed in, to another site. */
function localPath(next: string | undefined): string {
  const base = 'http://here.invalid';
  if (next === undefined || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  // A path of two slashes would again be read as the name of a host.
  return origin === base && !pathname.startsWith('//') ? pathname + search : '/';
}

function form(next: string, isWrong: boolean) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · hookline</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 22rem; margin: 18vh auto; padding: 0 1rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin-top: .5rem; }
</style>
</head>
<body>
<main>
<h1>hookline</h1>
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
${isWrong ? html`<p role="alert">That is not the key. It is the value of HOOKLINE_API_KEY where the service runs.</p>` : ''}
<button>Sign in</button>
</form>
</main>
</body>
</html>`;
}
