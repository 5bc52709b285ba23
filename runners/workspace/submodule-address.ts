import { GitRefusal } from './git-refusal.ts';
import type { GitAddress } from './source.ts';

/** `isOfOwner`: on the host and with the owner of the repository that was built, whose credential it may be sent. */
export type SubmoduleAddress = Pick<GitAddress, 'repository' | 'cloneUrl'> & { isOfOwner: boolean };

/**
 * Where a submodule is cloned from, by the URL in `.gitmodules`: one relative to the repository around it, or an absolute
 * one. What is meant for SSH or git's own protocol is asked over HTTPS, as there is no key for the one and no secrecy in the
 * other. Names and passwords in a URL are left out: a repository does not say who we are. Pure.
 */
export function submoduleAddress(
  url: string,
  around: Pick<GitAddress, 'cloneUrl'>,
  built: Pick<GitAddress, 'cloneUrl'>,
): SubmoduleAddress {
  const asked = isRelative(url) ? relativeTo(around.cloneUrl, url) : absolute(url, built.cloneUrl);
  if (asked === undefined || !/^https?:$/.test(asked.protocol)) throw refusal(url);
  const path = namesOf(asked);
  if (path.length === 0) throw refusal(url);
  const ours = new URL(built.cloneUrl);
  const owner = (names: readonly string[]) => names.slice(0, -1).join('/').toLowerCase();
  return {
    repository: path
      .map((name) => name.replaceAll(/[^A-Za-z0-9._-]|\.\.+/g, '-').replace(/^-/, '_'))
      .join('/'),
    cloneUrl: asked.href,
    isOfOwner: asked.origin === ours.origin && owner(path) === owner(namesOf(ours)),
  };
}

/** gitmodules(5): these two, and no others, are relative. */
function isRelative(url: string): boolean {
  return url.startsWith('./') || url.startsWith('../');
}

/** As git does it: each `../` takes one name off the end of the URL of the repository around it. */
function relativeTo(cloneUrl: string, url: string): URL | undefined {
  const base = new URL(cloneUrl);
  const names = base.pathname.split('/').filter(Boolean);
  let rest = url;
  while (isRelative(rest)) {
    if (rest.startsWith('../') && names.pop() === undefined) return undefined;
    rest = rest.slice(rest.indexOf('/') + 1);
  }
  return parse(`${base.origin}/${[...names, rest].join('/')}`);
}

function absolute(url: string, built: string): URL | undefined {
  const [, host, path] =
    /^(?:ssh|git|git\+ssh):\/\/(?:[^@/]*@)?(\w[\w.-]*)(?::\d+)?\/(.+)$/.exec(url) ??
    /^(?:[\w.-]+@)(\w[\w.-]*):(?!\/\/)\/?([^:]+)$/.exec(url) ??
    [];
  if (host === undefined || path === undefined) return parse(url);
  const ours = new URL(built);
  return parse(`${host.toLowerCase() === ours.hostname ? ours.origin : `https://${host}`}/${path}`);
}

function parse(text: string): URL | undefined {
  if (!/^https?:\/\//.test(text) || /[\s\\]|\/\.\.?(\/|$)|\p{Cc}/u.test(text) || !URL.canParse(text))
    return undefined;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url.search === '' && url.hash === '' ? url : undefined;
}

function namesOf({ pathname }: URL): string[] {
  return pathname
    .replace(/\.git$/, '')
    .split('/')
    .filter(Boolean);
}

function refusal(url: string): GitRefusal {
  const shown = JSON.stringify(url.slice(0, 300).replace(/:\/\/[^\s/@]*@/, '://'));
  return new GitRefusal(
    'submodule-url',
    `its URL ${shown} is not allowed: it must be https://…, git@host:owner/name, ssh://…, or begin with ./ or ../`,
  );
}
