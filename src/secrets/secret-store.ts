import { everySecret } from '../../pipelines/every-secret.ts';
import type { SecretVault } from '../runs/forge.ts';
import { openSecret, SecretRefusal, sealSecret } from './seal-secret.ts';

/** PORT. Sealed secrets, as they are kept. */
export type SealedSecrets = {
  put(repository: string, name: string, sealed: string, nowMs: number): Promise<void>;
  get(repository: string, names: readonly string[]): Promise<{ name: string; sealed: string }[]>;
  list(repository: string): Promise<{ name: string; updatedAtMs: number }[]>;
  /** Whether there was one. */
  remove(repository: string, name: string): Promise<boolean>;
};

export type SecretStore = SecretVault & {
  set(repository: string, name: string, value: string): Promise<void>;
  list(repository: string): Promise<{ name: string; updatedAtMs: number }[]>;
  remove(repository: string, name: string): Promise<boolean>;
};

/** An environment variable may hold no more on Linux (MAX_ARG_STRLEN, 128 KiB with its name). */
const maxValueBytes = 120 * 1024;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export function createSecretStore(
  sealedSecrets: SealedSecrets,
  masterKey: string,
  now: () => number,
): SecretStore {
  return {
    async set(repository, name, value) {
      if (!namePattern.test(name)) {
        const wanted = 'letters, digits and "_", not beginning with a digit, at most 100 characters';
        throw new SecretRefusal('bad-name', `"${name}" cannot be the name of a secret; wanted are ${wanted}`);
      }
      if (value === '')
        throw new SecretRefusal('empty', `the value of ${name} is empty; give it on standard input`);
      if (Buffer.byteLength(value) > maxValueBytes || value.includes('\0')) {
        const limit = `at most ${maxValueBytes} bytes without NUL`;
        throw new SecretRefusal('too-large', `${name} does not fit an environment variable: ${limit}`);
      }
      const sealed = sealSecret(masterKey, scopeOf(repository, name), value);
      await sealedSecrets.put(repository, name, sealed, now());
    },
    async open(repository, names) {
      const all = names.includes(everySecret) ? await sealedSecrets.list(repository) : undefined;
      const rows = await sealedSecrets.get(repository, all?.map(({ name }) => name) ?? names);
      return Object.fromEntries(
        rows.map(({ name, sealed }) => [name, openSecret(masterKey, scopeOf(repository, name), sealed)]),
      );
    },
    list: (repository) => sealedSecrets.list(repository),
    remove: (repository, name) => sealedSecrets.remove(repository, name),
  };
}

function scopeOf(repository: string, name: string): string {
  return `${repository} ${name}`;
}
