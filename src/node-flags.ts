/**
 * What every process of the service is started with. Node lets the young generation of its heap grow to 48 MB
 * before it looks what of it is still needed; a service that waits most of the time is better off with less. The
 * first line of `src/cli/hookline.js` and the start script in package.json say the same.
 */
export const nodeFlags = ['--max-semi-space-size=4'];
