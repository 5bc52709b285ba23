export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Enterprise Servers serve the API below `/api/v3` (GitHub Enterprise Server documentation, REST API). */
export function defaultApiUrl(serverUrl: string): string {
  return serverUrl === 'https://github.com' ? 'https://api.github.com' : `${serverUrl}/api/v3`;
}

export function parseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, search, hash } = new URL(text);
  const fits =
    (protocol === 'https:' || protocol === 'http:') && username === '' && search === '' && hash === '';
  return fits ? text.replace(/\/+$/, '') : undefined;
}

export function parseImages(text: string): string[] | undefined {
  const globs = text.split(',').map((part) => part.trim());
  return globs.every((glob) => /^!?[\w*?][\w./:@*?-]*$/.test(glob)) ? globs : undefined;
}

export function parseRepositories(text: string): Set<string> | undefined {
  const names = text.split(',').map((part) => part.trim());
  return names.every((name) => /^[\w.-]+(\/[\w.-]+)?$/.test(name)) ? new Set(names) : undefined;
}

export function parseTravisImages(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(',')
    .map((part) => /^([\w+]+(?::[^\s=]+)?)=([\w./:@{}-]+)$/.exec(part.trim()) ?? []);
  const images = Object.fromEntries(pairs.map(([, language = '', image = '']) => [language, image]));
  return pairs.every(([whole]) => whole !== undefined) ? images : undefined;
}

export function parseSwitch(text: string): boolean | undefined {
  return text === 'on' || text === 'off' ? text === 'on' : undefined;
}
