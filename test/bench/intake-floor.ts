import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { secret } from './push-body.ts';

/**
 * The least that a program can do with a signed delivery before it answers 202: `node intake-floor.ts MODE FILE`.
 * `nothing` stores nothing, `each` commits every delivery by itself, `group` whatever waits together. Both of the
 * latter are on disk before the answer, under the settings that hookline uses.
 */
const [mode, file = ''] = process.argv.slice(2);
const database = new DatabaseSync(mode === 'nothing' ? ':memory:' : file);
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  CREATE TABLE deliveries (id TEXT PRIMARY KEY, body_sha256 TEXT UNIQUE, body BLOB NOT NULL) WITHOUT ROWID;
`);
const insert = database.prepare('INSERT INTO deliveries (id, body_sha256, body) VALUES (?, ?, ?)');

type Delivery = { id: string; body: Buffer; response: ServerResponse };
let waiting: Delivery[] = [];

function store(delivery: Delivery): void {
  insert.run(delivery.id, hash('sha256', delivery.body), delivery.body);
}

function storeGroup(): void {
  const group = waiting;
  waiting = [];
  database.exec('BEGIN');
  for (const delivery of group) store(delivery);
  database.exec('COMMIT');
  for (const { response } of group) response.writeHead(202, { 'content-length': 0 }).end();
}

function take(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex');
  if (!timingSafeEqual(expected, given)) {
    response.writeHead(401).end();
    return;
  }
  const delivery = { id: String(request.headers['x-github-delivery']), body, response };
  if (mode === 'group') {
    if (waiting.push(delivery) === 1) setImmediate(storeGroup);
    return;
  }
  if (mode === 'each') store(delivery);
  response.writeHead(202, { 'content-length': 0 }).end();
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () =>
    take(request, response, chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// It lives as long as the bench does.
process.on('disconnect', () => process.exit());
