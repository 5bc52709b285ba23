/**
 * Replaces secrets by `***` in a stream of bytes. One masker stands before every sink of a job's output, so
 * that a secret reaches neither disk, nor live readers, nor the store.
 *
 * It works on bytes (as latin1 text, one character each): a chunk may end anywhere, also inside a character or a
 * secret. What could still become a secret is held back until more comes or `flush` says that nothing will.
 */
export type Masker = {
  /** The masked bytes that are certain by now. */
  write(chunk: Uint8Array): Uint8Array;
  /** Whether something is held back that might be the beginning of a secret. */
  readonly pending: boolean;
  /** Everything that was held back. */
  flush(): Uint8Array;
  /** For a whole text: error messages, names, notes. */
  text(text: string): string;
};

const mask = '***';
/** Shorter values would blank out half of any log, and anybody can guess them. */
const minSecretLength = 4;
/** Lines of a multi-line secret (a private key) are masked one by one, for tools print them so. */
const minLineLength = 8;

export function createMasker(secrets: readonly string[]): Masker {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return passThrough;
  const byFirst = Map.groupBy(forms, (form) => form.charCodeAt(0));
  // Nearly every place of a log is ruled out by its first two bytes.
  const begins = new Uint8Array(0x1_0000);
  for (const form of forms) begins[pairAt(form, 0)] = 1;
  let held = '';

  /**
   * Masks from the first to the last: what begins first decides, and of two that begin together the longer one.
   * What may yet become a secret stays in `open`. No regular expression: it would not take large secrets, and its
   * errors have the pattern in them.
   */
  function maskAll(text: string, more: boolean): { safe: string; open: string } {
    let safe = '';
    let from = 0;
    let at = 0;
    while (at < text.length) {
      if (at + 1 < text.length && begins[pairAt(text, at)] === 0) {
        at += 1;
        continue;
      }
      const found = startingAt(text, at, more);
      if (found === undefined) {
        at += 1;
        continue;
      }
      if (found.length > text.length - at) return { safe: safe + text.slice(from, at), open: text.slice(at) };
      safe += text.slice(from, at) + mask;
      at += found.length;
      from = at;
    }
    return { safe: safe + text.slice(from), open: '' };
  }

  /** The longest secret that stands there or, when `more` may come, that the text may end in the middle of. */
  function startingAt(text: string, at: number, more: boolean): string | undefined {
    const left = text.length - at;
    return byFirst.get(text.charCodeAt(at))?.find((form) => {
      if (form.length <= left) return text.startsWith(form, at);
      return more && form.startsWith(text.slice(at));
    });
  }

  return {
    write(chunk) {
      const text = held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      const { safe, open } = maskAll(text, true);
      held = open;
      return Buffer.from(safe, 'latin1');
    },
    get pending() {
      return held.length > 0;
    },
    flush() {
      const { safe } = maskAll(held, false);
      held = '';
      return Buffer.from(safe, 'latin1');
    },
    text(text) {
      const { safe } = maskAll(Buffer.from(text, 'utf8').toString('latin1'), false);
      return Buffer.from(safe, 'latin1').toString('utf8');
    },
  };
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

const passThrough: Masker = {
  write: (chunk) => chunk,
  pending: false,
  flush: () => new Uint8Array(),
  text: (text) => text,
};

/** The ways in which a secret is commonly printed, each as latin1 text of its bytes. */
function formsOf(secret: string): string[] {
  // Half a surrogate pair cannot be encoded, and no program can be given one.
  const text = secret.toWellFormed();
  const lines = text.split(/\r?\n/).filter((line) => line.length >= minLineLength);
  const values = [text, text.trim(), ...lines].filter((value) => value.length >= minSecretLength);
  const forms = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...base64Forms(value),
  ]);
  return forms
    .filter((form) => form.length >= minSecretLength)
    .map((form) => Buffer.from(form, 'utf8').toString('latin1'));
}

/** Base 64 of the value alone, and the part that is the same wherever the value stands in a longer text. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const inner = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const skip = offset === 0 ? 0 : offset + 1;
    const end = encoded.indexOf('=') < 0 ? encoded.length : encoded.indexOf('=') - 1;
    return encoded.slice(skip, end);
  });
  const forms = [bytes.toString('base64'), ...inner.filter((form) => form.length >= minLineLength)];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')]);
}
