/** What answers at `DATABASE_URL`, in words; rejects with a refusal that says what is in the way. The driver is loaded only then. */
export async function lookAtDatabase(url: string | undefined): Promise<string> {
  if (!url) return 'SQLite';
  const { lookAtPostgres } = await import('../sql/open-postgres.ts');
  return lookAtPostgres(url);
}
