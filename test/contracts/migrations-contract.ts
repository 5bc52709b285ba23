import { type ColumnMetadata, type Kysely, sql, type TableMetadata } from 'kysely';
import { Migrator } from 'kysely/migration';
import { describe, expect, it } from 'vitest';
import type { ColumnTypes } from '../../src/sql/column-types.ts';
import { migrationsOf, schemaSteps } from '../../src/sql/migrate.ts';

export type EmptyDatabase = { db: Kysely<unknown>; columns: ColumnTypes; close(): Promise<void> };

const rowCount = 40;

/** Each step is taken over a database in which every table of the schema before it is filled, and loses nothing. */
export function describeMigrations(name: string, openEmpty: () => Promise<EmptyDatabase>): void {
  describe(`the schema over ${name}`, () => {
    it.each(schemaSteps.slice(1))('%s keeps what is in the database', async (step) => {
      const { db, columns, close } = await openEmpty();
      try {
        const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsOf(columns) } });
        const before = schemaSteps[schemaSteps.indexOf(step) - 1] ?? '';
        expect((await migrator.migrateTo(before)).error).toBeUndefined();
        const tables = await tablesOf(db);
        for (const table of tables) await fill(db, table);
        const filled = await contentOf(db, tables);
        expect(tables.length).toBeGreaterThan(5);
        expect(Object.values(filled).every((rows) => rows.length === rowCount)).toBe(true);

        expect((await migrator.migrateTo(step)).error).toBeUndefined();
        expect(await contentOf(db, tables)).toEqual(filled);
        expect((await migrator.migrateToLatest()).error).toBeUndefined();
      } finally {
        await close();
      }
    });
  });
}

async function tablesOf(db: Kysely<unknown>): Promise<TableMetadata[]> {
  const tables = await db.introspection.getTables();
  const ours = tables.filter((table) => !table.name.startsWith('sqlite_') && !table.isView);
  return ours.toSorted((one, other) => rankOf(other) - rankOf(one));
}

/** What others refer to comes first. */
const rankOf = ({ name }: TableMetadata) => ['jobs', 'runs', 'deliveries'].indexOf(name);

async function fill(db: Kysely<unknown>, { name, columns }: TableMetadata): Promise<void> {
  const given = columns.filter((column) => !column.isAutoIncrementing);
  for (let row = 0; row < rowCount; row += 1) {
    const values = given.map((column) => sql`${sampleOf(column, row)}`);
    const names = given.map((column) => sql.ref(column.name));
    await sql`insert into ${sql.table(name)} (${sql.join(names)}) values (${sql.join(values)})`.execute(db);
  }
}

/** Each row has values of its own, for the sake of unique indexes, in all tables the same, for that of references. */
function sampleOf({ dataType }: ColumnMetadata, row: number): unknown {
  if (/int/i.test(dataType)) return row;
  return /blob|bytea/i.test(dataType) ? Buffer.from(`${row}`) : `${row} 🌊`;
}

/** What the columns of these tables hold, whatever columns came later. */
async function contentOf(db: Kysely<unknown>, tables: readonly TableMetadata[]) {
  const content: Record<string, string[]> = {};
  for (const { name, columns } of tables) {
    const names = sql.join(columns.map((column) => sql.ref(column.name)));
    const { rows } = await sql`select ${names} from ${sql.table(name)}`.execute(db);
    content[name] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return content;
}
