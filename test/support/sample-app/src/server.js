// Usage: node server.js PORT
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greeting } from './greeting.js';
import { page } from './page.js';

const { build } = JSON.parse(readFileSync(new URL('./build.json', import.meta.url), 'utf8'));

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const message = greeting(searchParams.get('name') ?? '', new Date().getHours());
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page({ message, build }));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
