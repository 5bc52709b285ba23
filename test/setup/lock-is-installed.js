// Exit status 0 when node_modules holds what package-lock.json lists for this platform, 1 when not.
// Runs under whatever Node is on the machine (18 or later), before anything is installed.
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Package an entry of a lock file; packages meant for one platform name it in os, cpu and libc
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 */

/** @param {string} path @returns {Record<string, Package>} */
const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;

/** @returns {string} */
const libcOfThisMachine = () => {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport());
  return report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
};

/**
 * npm leaves optional packages out for reasons of its own, so only those count as missing that are made
 * for exactly this platform.
 * @param {Package} entry
 */
const isMadeForThisMachine = ({ os, cpu, libc }) =>
  os !== undefined &&
  cpu !== undefined &&
  [os].flat().includes(process.platform) &&
  [cpu].flat().includes(process.arch) &&
  (libc === undefined || [libc].flat().includes(libcOfThisMachine()));

const wanted = packagesOf('package-lock.json');
const installed = packagesOf('node_modules/.package-lock.json');
const differs = Object.entries(wanted).some(([path, entry]) => {
  if (path === '') return false;
  const found = installed[path];
  if (found === undefined) return !entry.optional || isMadeForThisMachine(entry);
  return found.version !== entry.version || found.integrity !== entry.integrity;
});
process.exitCode = differs ? 1 : 0;
