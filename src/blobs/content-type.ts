const typeOfExtension: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  gz: 'application/gzip',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  log: 'text/plain; charset=utf-8',
  ndjson: 'application/x-ndjson',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml',
  zip: 'application/zip',
  zst: 'application/zstd',
};

/**
 * The media type of a blob, by the extension of its key. It is a function of the key so that a plain file needs
 * nothing stored beside it and all adapters agree.
 */
export function contentTypeOf(key: string): string {
  const extension = /\.([a-zA-Z0-9]+)$/.exec(key)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(typeOfExtension, extension)
    ? (typeOfExtension[extension] ?? 'application/octet-stream')
    : 'application/octet-stream';
}
