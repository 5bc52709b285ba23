/** What an `Authorization` header says by the Basic scheme (RFC 7617); nothing when there is none. */
export function basicAuthentication(header: string | undefined): { user?: string; password?: string } {
  const encoded = /^basic (.*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return {};
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { user, password: rest.join(':') };
}
