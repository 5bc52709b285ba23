import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { useScratch } from './support/use-scratch.ts';

const exec = promisify(execFile);

describe('a mirror', () => {
  it('names a reference that is gone, a repository that is not there and a wrong password', async () => {
    const { repository, source, mirrors } = await useScratch({ host: { password: 'right' } });
    const sha = await repository.commit({ a: '1' });
    const right = { username: 'x', password: 'right' };
    const code = (changes: object) =>
      mirrors.ensure(source(sha, changes)).then(
        () => 'ok',
        (error) => error.code,
      );
    expect(await code({})).toBe('authentication');
    expect(await code({ credential: { username: 'x', password: 'wrong' } })).toBe('authentication');
    expect(await code({ credential: right, ref: 'refs/heads/gone' })).toBe('ref-missing');
    const elsewhere = source(sha).cloneUrl.replace('app', 'nothing');
    expect(await code({ credential: right, cloneUrl: elsewhere })).toBe('not-found');
    expect(await code({ credential: right })).toBe('ok');
  });

  it('does not follow a redirect', async () => {
    const { repository, source, mirrors } = await useScratch({
      host: {
        intercept: (request, response) => {
          response.writeHead(301, { location: `http://127.0.0.1:1${request.url}` }).end();
          return true;
        },
      },
    });
    const sha = await repository.commit({ a: '1' });
    await expect(mirrors.ensure(source(sha))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('reports a closed port at once', async () => {
    const { folder } = await useScratch();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const base = `http://127.0.0.1:${port}`;
    const mirrors = openMirrors({ directory: join(folder, 'm'), allowedBases: [base] });
    const started = performance.now();
    const source = {
      repository: 'a/b',
      cloneUrl: `${base}/a/b`,
      ref: 'refs/heads/main',
      sha: 'a'.repeat(40),
    };
    await expect(mirrors.ensure(source)).rejects.toMatchObject({ code: 'unreachable' });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('gives up on a server that says nothing, and is usable by the next', async () => {
    let silent = true;
    const { repository, source, mirrors } = await useScratch({
      host: { intercept: () => silent },
      mirrors: { idleTimeoutMs: 2000 },
    });
    const one = source(await repository.commit({ a: '1' }));
    await expect(mirrors.ensure(one)).rejects.toMatchObject({ code: 'timeout' });
    silent = false;
    expect(await mirrors.ensure(one)).toEqual({ fetched: true });
  });

  it('stops a fetch with its signal, and lets another waiting for the same commit go on', async () => {
    const asked = Promise.withResolvers<void>();
    let silent = true;
    const { repository, source, mirrors } = await useScratch({
      host: {
        intercept: () => {
          asked.resolve();
          return silent;
        },
      },
    });
    const one = source(await repository.commit({ a: '1' }));
    const stop = new AbortController();
    const first = mirrors.ensure(one, { signal: stop.signal });
    first.catch(() => {});
    await asked.promise;
    const second = mirrors.ensure(one);
    silent = false;
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await second).toEqual({ fetched: true });
  });

  it('keeps the credential out of arguments, files and messages', async () => {
    const password = 'ghs_S3cretS3cretS3cret';
    const { repository, source, mirrors, host, mirrorFolder } = await useScratch({
      host: { password },
    });
    const credential = { username: 'x-access-token', password };
    const sha = await repository.commit({ a: '1' });
    await mirrors.ensure(source(sha, { credential }));
    const header = Buffer.from(`x-access-token:${password}`).toString('base64');
    expect(new Set(host.authorizations)).toEqual(new Set([`Basic ${header}`]));
    for (const needle of [password, header]) {
      await expect(exec('grep', ['-raF', needle, mirrorFolder])).rejects.toMatchObject({ code: 1 });
    }
    const gone = mirrors.ensure(source(sha, { credential, ref: 'refs/heads/gone' }));
    await expect(gone).rejects.toThrow(/^(?!.*S3cret)/);
  });

  it('refuses a pack that is larger than allowed', async () => {
    const { repository, source, mirrors } = await useScratch({ mirrors: { maxPackBytes: 64 * 1024 } });
    const { randomBytes } = await import('node:crypto');
    const sha = await repository.commit({ big: randomBytes(400_000).toString('base64') });
    await expect(mirrors.ensure(source(sha))).rejects.toMatchObject({ code: 'too-large' });
  });

  it('ends what is under way when it is closed', async () => {
    const asked = Promise.withResolvers<void>();
    const { repository, source, mirrors } = await useScratch({
      host: {
        intercept: () => {
          asked.resolve();
          return true;
        },
      },
    });
    const fetching = mirrors.ensure(source(await repository.commit({ a: '1' })));
    onTestFinished(() => mirrors.close());
    fetching.catch(() => {});
    await asked.promise;
    await mirrors.close();
    await expect(fetching).rejects.toThrow('closed');
  });
});
