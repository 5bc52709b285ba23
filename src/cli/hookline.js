#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4 --max-old-space-size=1024
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Node strips the types of each file with a compiler that takes tens of megabytes; with its results kept from an
// earlier start that compiler is never loaded. JavaScript, because this file comes before the cache.
module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/hookline', import.meta.url)));
await import('./main.ts');

// A service ends seldom, and not always in peace: what it compiled to get going is kept as soon as it runs.
setTimeout(() => module.flushCompileCache(), 3_000).unref();
