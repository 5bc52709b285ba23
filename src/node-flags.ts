/**
 * What every process of the service is started with. Node lets the young generation of its heap grow to 48 MB
 * before it looks what of it is still needed, and where a heap may have gigabytes it lets the old generation grow to four
 * times of what was needed last; a service that waits most of the time is better off with less. The first line of
 * `src/cli/hookline.js`, the start script in package.json and the Dockerfile say the same.
 */
export const nodeFlags = ['--max-semi-space-size=4', '--max-old-space-size=1024'];

/**
 * glibc gives each thread that allocates a heap of its own and returns little of what was once used in it: of the ten
 * threads of a Node process those of the compiler alone keep megabytes for ever. One heap serves all (mallopt(3)).
 */
export const nodeEnvironment = { MALLOC_ARENA_MAX: '1' };
