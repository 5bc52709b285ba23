// Plays the Spring Boot application: the same options, the same addresses, the same way to end.
const { createServer } = require('node:http');

/** What is answered at each address; undefined where there is nothing. */
function answer(path, { properties, profile }) {
  switch (path) {
    case '/':
      return { version: properties['shop.version'], greeting: properties['shop.greeting'], profile };
    case '/profile':
      return profile;
    case '/actuator/health':
      return { status: 'UP' };
    default:
      return undefined;
  }
}

/** `--server.port=8081` → `{ 'server.port': '8081' }`, as Spring Boot reads its arguments. */
function optionsOf(args) {
  const pairs = args.map((arg) => /^--([\w.]+)=(.*)$/.exec(arg)).filter((pair) => pair !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value]));
}

function start(properties, args) {
  const options = { 'server.port': '8080', 'spring.profiles.active': 'default', ...optionsOf(args) };
  const profile = options['spring.profiles.active'];
  const server = createServer((request, response) => {
    const found = answer(new URL(request.url, 'http://shop').pathname, { properties, profile });
    response.statusCode = found === undefined ? 404 : 200;
    response.end(typeof found === 'string' ? found : JSON.stringify(found ?? { status: 404 }));
  });
  server.listen(Number(options['server.port']), '127.0.0.1', () => {
    console.log(`version ${properties['shop.version']} listens on port ${options['server.port']}`);
  });
  // As with server.shutdown=graceful: what has begun is answered, then it ends.
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

module.exports = { answer, optionsOf, start };
