import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** The first schema. Forward only: a released migration is never changed. */
export async function up(
  db: Kysely<unknown>,
  { text, bytes, whole, rowNumber, counted }: ColumnTypes,
): Promise<void> {
  const { schema } = db;

  await schema
    .createTable('deliveries')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('delivery_id', text, (column) => column.notNull())
    .addColumn('event', text, (column) => column.notNull())
    .addColumn('repository', text)
    .addColumn('lane', text, (column) => column.notNull())
    .addColumn('body_sha256', text, (column) => column.notNull())
    .addColumn('content_type', text, (column) => column.notNull())
    .addColumn('headers', text, (column) => column.notNull())
    .addColumn('body', bytes, (column) => column.notNull())
    .addColumn('correlation_id', text, (column) => column.notNull())
    .addColumn('received_at', whole, (column) => column.notNull())
    .addColumn('outcome', text, (column) => column.notNull().defaultTo('pending'))
    .addColumn('reason', text)
    .addColumn('settled_at', whole)
    .addColumn('tries', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('held_until', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('problem', text)
    .execute();
  await unique(db, 'deliveries', ['source', 'delivery_id']);
  await unique(db, 'deliveries', ['source', 'body_sha256']);
  await index(db, 'deliveries', ['repository', 'id']);
  await schema
    .createIndex('deliveries_pending')
    .on('deliveries')
    .columns(['lane', 'id'])
    .where(sql.ref('outcome'), '=', sql.lit('pending'))
    .execute();

  await schema
    .createTable('refusals')
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('count', whole, (column) => column.notNull())
    .addColumn('last_at', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('refusals_pk', ['source', 'reason'])
    .execute();

  await schema
    .createTable('repositories')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('last_number', whole, (column) => column.notNull())
    .execute();

  await schema
    .createTable('runs')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('number', whole, (column) => column.notNull())
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('event', text, (column) => column.notNull())
    .addColumn('ref', text, (column) => column.notNull())
    .addColumn('branch', text)
    .addColumn('sha', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('author', text, (column) => column.notNull())
    .addColumn('pull_request', whole)
    .addColumn('change', text, (column) => column.notNull())
    .addColumn('pipeline_file', text, (column) => column.notNull())
    .addColumn('pipeline_digest', text, (column) => column.notNull())
    .addColumn('delivery_id', text, (column) => column.notNull().references('deliveries.id'))
    .addColumn('correlation_id', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('created_at', whole, (column) => column.notNull())
    .addColumn('started_at', whole)
    .addColumn('finished_at', whole)
    .execute();
  await unique(db, 'runs', ['repository', 'number']);
  await unique(db, 'runs', ['delivery_id', 'ref', 'pipeline_file']);
  await index(db, 'runs', ['repository', 'id']);
  await index(db, 'runs', ['repository', 'branch', 'id']);
  await index(db, 'runs', ['repository', 'branch', 'status', 'id']);
  await index(db, 'runs', ['status', 'id']);
  await index(db, 'runs', ['sha', 'id']);

  await schema
    .createTable('jobs')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('run_id', text, (column) => column.notNull().references('runs.id'))
    .addColumn('position', whole, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('plan', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('started_at', whole)
    .addColumn('finished_at', whole)
    .execute();
  await unique(db, 'jobs', ['run_id', 'position']);

  await schema
    .createTable('attempts')
    .addColumn('job_id', text, (column) => column.notNull().references('jobs.id'))
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('number', whole, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('lease_id', text)
    .addColumn('claim_id', text)
    .addColumn('runner_id', text)
    .addColumn('runner_address', text)
    .addColumn('runner_name', text)
    .addColumn('granted_until', whole)
    .addColumn('lease_expires_at', whole)
    .addColumn('lease_beat', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('cancel_requested', 'integer', (column) => column.notNull())
    .addColumn('last_seq', whole, (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('log_lines', whole)
    .addColumn('log_bytes', whole)
    .addColumn('log_cut', 'integer')
    .addColumn('queued_at', whole, (column) => column.notNull())
    .addColumn('started_at', whole)
    .addColumn('finished_at', whole)
    .addPrimaryKeyConstraint('attempts_pk', ['job_id', 'number'])
    .execute();
  await unique(db, 'attempts', ['lease_id']);
  await partial(db, 'attempts', ['lease_expires_at'], 'leased');
  await partial(db, 'attempts', ['queued_at'], 'queued');

  await schema
    .createTable('steps')
    .addColumn('job_id', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('position', whole, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('exit_code', whole)
    .addColumn('allowed', 'integer')
    .addColumn('message', text)
    .addColumn('started_at', whole)
    .addColumn('finished_at', whole)
    .addPrimaryKeyConstraint('steps_pk', ['job_id', 'attempt', 'position'])
    .execute();

  await schema
    .createTable('log_segments')
    .addColumn('job_id', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('position', whole, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('size_bytes', whole, (column) => column.notNull())
    .addColumn('first_line', whole, (column) => column.notNull())
    .addColumn('line_count', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('log_segments_pk', ['job_id', 'attempt', 'position'])
    .execute();

  await schema
    .createTable('artifacts')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('job_id', text, (column) => column.notNull())
    .addColumn('job_name', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('size_bytes', whole, (column) => column.notNull())
    .addColumn('sha256', text, (column) => column.notNull())
    .addColumn('file_count', whole, (column) => column.notNull())
    .addColumn('created_at', whole, (column) => column.notNull())
    .execute();
  await index(db, 'artifacts', ['run_id', 'job_name', 'name']);

  await schema
    .createTable('deployments')
    .addColumn('job_id', text, (column) => column.primaryKey())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('job_name', text, (column) => column.notNull())
    .addColumn('environment', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('external_id', text)
    .addColumn('detail', text)
    .addColumn('updated_at', whole, (column) => column.notNull())
    .execute();
  await index(db, 'deployments', ['run_id']);

  await schema
    .createTable('outbox')
    .addColumn('id', rowNumber, counted)
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('correlation_id', text, (column) => column.notNull())
    .addColumn('effect', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('tries', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('held_until', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('problem', text)
    .addColumn('created_at', whole, (column) => column.notNull())
    .addColumn('done_at', whole)
    .execute();
  await index(db, 'outbox', ['run_id']);
  await schema
    .createIndex('outbox_pending')
    .on('outbox')
    .columns(['type', 'key', 'id'])
    .where(sql.ref('state'), '=', sql.lit('pending'))
    .execute();

  await schema
    .createTable('secrets')
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('updated_at', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('secrets_pk', ['repository', 'name'])
    .execute();
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}

async function unique(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  const name = `${table}_${columns.join('_')}_unique`;
  await db.schema.createIndex(name).unique().on(table).columns(columns).execute();
}

async function partial(db: Kysely<unknown>, table: string, columns: string[], status: string): Promise<void> {
  await db.schema
    .createIndex(`${table}_${status}`)
    .on(table)
    .columns(columns)
    .where(sql.ref('status'), '=', sql.lit(status))
    .execute();
}
