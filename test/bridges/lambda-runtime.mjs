/**
 * What Lambda's Node.js runtime does with a function, as a program: `node lambda-runtime.mjs <index.mjs> <timeoutMs>`
 * reads an event from standard input, calls the handler and writes what it answers, or exits with 1 and its error.
 */
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [file = '', timeoutMs = ''] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(file).href);
const event = JSON.parse(await text(process.stdin));
const deadline = Date.now() + Number(timeoutMs);
// A function that takes longer is cut off, wherever it is.
setTimeout(() => {
  console.error(`Task timed out after ${timeoutMs} ms`);
  process.exit(1);
}, Number(timeoutMs)).unref();
const context = { functionName: 'hookline', getRemainingTimeInMillis: () => deadline - Date.now() };
// The channel of the answer is not the log's.
console.log = console.error;
try {
  process.stdout.write(JSON.stringify(await handler(event, context)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
